// The compiled loops at odd sizes, in arrays that end where they end: for the sanitizers, and
// alike for every kind of processor.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "check.h"
#include "kernel_numbers.h"

namespace {

struct Size {
  ptrdiff_t height, width;
};
constexpr Size kSizes[] = {{1, 1}, {1, 9}, {7, 1}, {5, 63}, {4, 257}, {31, 129}};
constexpr ptrdiff_t kCounts[] = {0, 1, 7, 127, 128, 129, 513, 1000};

#define LOOPS(isa)                                                                                 \
  kernels::Loops {                                                                                 \
    kernels::isa::sure, kernels::isa::gather, kernels::isa::look_up, kernels::isa::take_apart,     \
        kernels::isa::raise, kernels::isa::apart, kernels::isa::step, kernels::isa::between_sides, \
        kernels::isa::mixtures, kernels::isa::join, kernels::isa::grow, kernels::isa::opponent,    \
        kernels::isa::light, kernels::isa::luma, kernels::isa::bright, kernels::isa::harden,       \
        kernels::isa::vote, kernels::isa::ramp, kernels::isa::extremes, kernels::isa::along,       \
        kernels::isa::draw, kernels::isa::rests, kernels::isa::hear, kernels::isa::fit,            \
        kernels::isa::lay, kernels::isa::take_tiles, kernels::isa::put_tiles, kernels::isa::calm,  \
        kernels::isa::shrink, kernels::isa::edges, kernels::isa::mattes, kernels::isa::figure,     \
        kernels::isa::softmax, kernels::isa::place, kernels::isa::doubt, kernels::isa::sample,     \
        kernels::isa::begin, kernels::isa::whiten, kernels::isa::dense, kernels::isa::steps,       \
        kernels::isa::border, kernels::isa::means, kernels::isa::answer, kernels::isa::take,       \
        kernels::isa::gather_up, kernels::isa::likeliest, kernels::isa::carry_on,                  \
        kernels::isa::openness, kernels::isa::resemble                                             \
  }

// What a kind of processor makes of all sizes, one after the other.
Floats keyed(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes) {
    const ptrdiff_t count = height * width;
    Floats light = random.some(3 * count, -0.1f, 2), surface = random.some(3 * count, 0.05f, 1),
           depth = random.some(2 * count), slack = random.some(2 * count, 0.5f, 1.5f);
    const kernels::Axis axis = {1, 2, 0, 0.1f, 0.1f, 0.5f, 0.5f, 1};
    const float* const hows[] = {nullptr, slack.data()};
    for (const float* how : hows) {
      std::vector<uint8_t> subject(count), screen(count);
      CHECK(loops.sure({light.data(), surface.data(), depth.data(), how, height, width, axis, 0.01f,
                        0.04f, subject.data(), screen.data()}));
      all.insert(all.end(), subject.begin(), subject.end());
      all.insert(all.end(), screen.begin(), screen.end());
    }
    const Floats one = random.some(count), two = random.some(count);
    for (ptrdiff_t cell : {1, 3, 300}) {
      Floats sums(((height + cell - 1) / cell) * ((width + cell - 1) / cell) * kernels::kFields);
      CHECK(loops.gather({light.data(), surface.data(), one.data(), two.data(), height, width, cell,
                          sums.data()}));
      all.insert(all.end(), sums.begin(), sums.end());
    }
  }
  return all;
}

Floats solved(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const ptrdiff_t count : kCounts) {
    Floats alpha(count), colour(3 * count);
    const Floats shown = random.some(3 * count), prior = random.some(count),
                 grain = random.some(count, 0.03f, 0.06f), tint = random.some(count, 0, 0.1f),
                 surface = random.some(3 * count, 0.1f, 1);
    Floats fields = random.some(12 * count, 0.001f, 1);
    CHECK(loops.between_sides(
        {shown.data(), fields.data(), prior.data(), count, alpha.data(), colour.data()}));
    all.insert(all.end(), alpha.begin(), alpha.end());
    all.insert(all.end(), colour.begin(), colour.end());
    for (ptrdiff_t k = 0; k < count; ++k)  // variances on the diagonal, little beside it
      for (int at : {4, 5, 7}) fields[12 * k + at] *= 1e-4f;
    CHECK(loops.mixtures({shown.data(), surface.data(), fields.data(), grain.data(), tint.data(),
                          0.4f, 0.2f, count, alpha.data(), colour.data()}));
    all.insert(all.end(), alpha.begin(), alpha.end());
    all.insert(all.end(), colour.begin(), colour.end());
  }
  return all;
}

Floats pictures(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const ptrdiff_t count : kCounts) {
    const Floats values = random.some(count, -2, 3), table = random.some(37),
                 pixels = random.some(4 * count, -1, 2);
    Floats out(count), colour(3 * count), alpha(count);
    bool finite = false;
    CHECK(loops.look_up({values.data(), table.data(), count, 37, 36, out.data()}));
    CHECK(loops.take_apart({pixels.data(), count, colour.data(), alpha.data(), &finite}) && finite);
    CHECK(loops.take_apart({pixels.data(), count, colour.data(), nullptr, &finite}) && finite);
    for (const Floats& made : {out, colour, alpha}) all.insert(all.end(), made.begin(), made.end());
  }
  return all;
}

Floats raised(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes)
    for (const auto [rows, columns] : kSizes)
      for (ptrdiff_t channels : {1, 2, 3, 12}) {
        const Floats low = random.some(rows * columns * channels, -1, 1);
        const ptrdiff_t from = height / 3;
        Floats out((height - from) * width * channels);
        CHECK(loops.raise(
            {low.data(), rows, columns, channels, height, width, from, height, out.data()}));
        all.insert(all.end(), out.begin(), out.end());
      }
  return all;
}

Floats compared(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const ptrdiff_t count : kCounts) {
    const Floats one = random.some(3 * count, -1, 2), two = random.some(3 * count, -1, 2);
    Floats out(count);
    for (const ptrdiff_t first : {ptrdiff_t{1}, ptrdiff_t{3}})
      for (const ptrdiff_t second : {ptrdiff_t{1}, ptrdiff_t{3}}) {
        CHECK(loops.apart({one.data(), two.data(), first, first == 1 ? count : 1, second,
                           second == 1 ? count : 1, count, out.data()}));
        all.insert(all.end(), out.begin(), out.end());
      }
    CHECK(loops.step({one.data(), count, 0.2f, 0.7f, out.data()}));
    all.insert(all.end(), out.begin(), out.end());
  }
  return all;
}

Floats turned(const kernels::Loops& loops) {
  Floats all;
  Random random;
  const Floats matrix = random.some(9, -1, 1);
  for (const ptrdiff_t count : kCounts) {
    const Floats colours = random.some(3 * count, -1, 2);
    Floats planes(3 * count), back(3 * count);
    CHECK(loops.opponent({colours.data(), matrix.data(), count, 1.5f, planes.data()}));
    CHECK(loops.light({planes.data(), matrix.data(), count, 0, back.data()}));
    Floats luma(count);
    CHECK(loops.luma({colours.data(), count, luma.data()}));
    CHECK(loops.bright({luma.data(), count, 0.3f}));
    for (const Floats& made : {planes, back, luma}) all.insert(all.end(), made.begin(), made.end());
  }
  return all;
}

Floats joined(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const ptrdiff_t count : {1, 2, 40, 900}) {
    const ptrdiff_t edges = 4 * count - 3;
    std::vector<int32_t> one(edges), two(edges), sizes(count), region(count);
    Floats weight(edges);
    float grown = 0;
    for (ptrdiff_t k = 0; k < edges; ++k) {
      one[k] = static_cast<int32_t>(random.next() * static_cast<float>(count));
      two[k] = static_cast<int32_t>(random.next() * static_cast<float>(count));
      weight[k] = grown += random.next() * 0.02f;
    }
    for (int32_t& size : sizes) size = static_cast<int32_t>(random.next() * 30);
    CHECK(loops.join({one.data(), two.data(), weight.data(), edges, sizes.data(), count, 60, 20,
                      region.data()}));
    for (int32_t at : region) CHECK(at >= 0 && at < count);
    all.insert(all.end(), region.begin(), region.end());
  }
  return all;
}

Floats grown(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes)
    for (const ptrdiff_t radius : {0, 1, 2, 7, 254}) {
      std::vector<uint8_t> mask(height * width), out(height * width);
      for (uint8_t& one : mask) one = random.next() > 0.98f;
      CHECK(loops.grow({mask.data(), height, width, radius, out.data()}));
      for (size_t k = 0; k < mask.size(); ++k) CHECK(out[k] <= 1 && out[k] >= mask[k]);
      all.insert(all.end(), out.begin(), out.end());
    }
  return all;
}

Floats decided(const kernels::Loops& loops) {
  Floats all;
  Random random;
  const std::vector<int32_t> rows = {0, 2, 3, 6};
  const auto parts = static_cast<ptrdiff_t>(rows.size());
  for (const ptrdiff_t count : kCounts)
    for (const bool powered : {false, true}) {
      const Floats shares = random.some(7 * count), near = random.some(count);
      Floats out(7 * count);
      CHECK(loops.harden({shares.data(), count, rows.data(), parts, powered, out.data()}));
      std::vector<uint8_t> codes(parts * count), sure(count);
      CHECK(loops.vote({shares.data(), count, rows.data(), parts, powered, near.data(), 0.1f, 0.5f,
                        255, codes.data(), sure.data()}));
      all.insert(all.end(), out.begin(), out.end());
      for (const auto& made : {codes, sure}) all.insert(all.end(), made.begin(), made.end());
    }
  return all;
}

Floats drawn(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes)
    for (const auto [rows, columns] : {Size{1, 1}, Size{2, 3}, Size{9, 14}}) {
      const ptrdiff_t cells = rows * columns, pixels = height * width;
      const Floats lines = random.some(6 * cells, -1, 1), bright = random.some(pixels),
                   units = random.some(pixels);
      std::vector<uint8_t> there(3 * cells);
      for (uint8_t& one : there) one = random.next() > 0.7f;
      const std::vector<int32_t> which = {2, 0};
      const ptrdiff_t top = height / 3, left = width / 4;
      for (const float* factor : {static_cast<const float*>(nullptr), units.data()})
        for (const bool squared : {false, true}) {
          Floats out((height - top) * (width - left));
          CHECK(loops.ramp({lines.data(), there.data(), rows, columns, which.data(), 2,
                            bright.data(), factor, height, width, top, height, left, width, 0.001f,
                            squared, out.data()}));
          all.insert(all.end(), out.begin(), out.end());
        }
    }
  return all;
}

Floats bounded_by(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes) {
    const Floats values = random.some(height * width);
    const std::vector<uint16_t> numbers(values.size(), 7);
    const std::vector<int32_t> from = {0, 0}, down = {1, static_cast<int32_t>(height)},
                               across = {1, static_cast<int32_t>(width)};
    Floats low(4), high(4);
    CHECK(loops.extremes({values.data(), true, width, from.data(), down.data(), 2, from.data(),
                          across.data(), 2, low.data(), high.data()}));
    std::vector<uint16_t> least(4), greatest(4);
    CHECK(loops.extremes({numbers.data(), false, width, from.data(), down.data(), 2, from.data(),
                          across.data(), 2, least.data(), greatest.data()}));
    for (size_t k = 0; k < 4; ++k) CHECK(low[k] <= high[k] && least[k] == 7 && greatest[k] == 7);
    for (const Floats& made : {low, high}) all.insert(all.end(), made.begin(), made.end());
  }
  return all;
}

Floats heard(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const ptrdiff_t count : kCounts) {
    const Floats own = random.some(2 * count), one = random.some(2 * count),
                 weight = random.some(count);
    const std::vector<const float*> values = {one.data(), own.data()},
                                    weights = {weight.data(), weight.data()};
    Floats mean(2 * count), spread(2 * count), total(count);
    CHECK(loops.along({own.data(), 2, count, values.data(), weights.data(), 2, mean.data(),
                       spread.data(), total.data()}));
    const float limits[][2] = {{0.15f, 0.15f}, {0.3f, 0.1f}, {0.35f, 0.1f}, {0.33f, 0.44f}};
    CHECK(loops.draw({own.data(), mean.data(), spread.data(), total.data(), 2, count, limits[0],
                      limits[1], limits[2], limits[3], 1e-6f}));
    CHECK(loops.rests({own.data(), mean.data(), 2 * count, 0.06f, 0.09f, 0.004f, 0.996f}));
    for (const Floats& made : {mean, spread, total})
      all.insert(all.end(), made.begin(), made.end());
    for (const auto [height, width] : kSizes) {
      std::vector<uint8_t> codes(2 * height * width);
      for (uint8_t& code : codes) code = static_cast<uint8_t>(255 * random.next());
      const std::vector<int32_t> rows = {3, 1};
      const Floats x = random.some(count, -4, static_cast<float>(width) + 4),
                   y = random.some(count, -4, static_cast<float>(height) + 4);
      Floats votes(4 * count);
      CHECK(loops.hear({codes.data(), rows.data(), 2, height, width, x.data(), y.data(),
                        weight.data(), count, votes.data()}));
      all.insert(all.end(), votes.begin(), votes.end());
    }
  }
  return all;
}

// Tiles at every border, of a matte whose values lie anywhere in it, or are none.
Floats tiled(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes) {
    const ptrdiff_t low = (height + 3) / 4, wide = (width + 3) / 4;
    std::vector<int32_t> row, column;
    for (ptrdiff_t y = 0; 16 * y < height; ++y)
      for (ptrdiff_t x = 0; 16 * x < width; ++x)
        row.push_back(static_cast<int32_t>(y)), column.push_back(static_cast<int32_t>(x));
    const auto tiles = static_cast<ptrdiff_t>(row.size());
    const Floats x = random.some(low * wide, -3, static_cast<float>(wide) + 3),
                 y = random.some(low * wide, -3, static_cast<float>(low) + 3),
                 belief = random.some(low * wide);
    for (const ptrdiff_t from : {ptrdiff_t{0}, height / 2, height}) {
      std::vector<uint16_t> values(static_cast<size_t>((height - from) * (width - width / 3)));
      for (uint16_t& one : values) one = static_cast<uint16_t>(65535 * random.next());
      Floats planes(256 * row.size()), weight(256 * row.size()), plane(height * width);
      CHECK(loops.lay({values.data(), from, width / 3, height - from, width - width / 3, height,
                       width, x.data(), y.data(), belief.data(), low, wide, 0.5f, row.data(),
                       column.data(), tiles, planes.data(), weight.data()}));
      CHECK(loops.put_tiles(
          {plane.data(), height, width, row.data(), column.data(), tiles, planes.data()}));
      CHECK(loops.take_tiles(
          {plane.data(), height, width, row.data(), column.data(), tiles, weight.data()}));
      for (const Floats& made : {planes, weight, plane})
        all.insert(all.end(), made.begin(), made.end());
    }
  }
  return all;
}

Floats edged(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const auto [height, width] : kSizes) {
    const ptrdiff_t count = height * width;
    const Floats light = random.some(3 * count, -0.1f, 2), prior = random.some(count, 0.1f, 0.9f),
                 fields = random.some(3 * 4 * 5 * 4, 0.05f, 1), by = random.some(9, -1, 1);
    Floats total(count), lit(3 * count), calm(count);
    std::vector<ptrdiff_t> place(count);
    CHECK(loops.edges(
        {prior.data(), height, width,        width,     0.04f,         0.96f,     0, 0,
         height,       width,  light.data(), 3 * width, fields.data(), 4,         5, by.data(),
         by.data(),    24,     total.data(), width,     place.data(),  lit.data()}));
    CHECK(loops.calm(
        {total.data(), height, width, width, 0.2f, 0, 0, height, width, width, calm.data()}));
    CHECK(place.back() == count - 1);
    for (const ptrdiff_t rows : {ptrdiff_t{1}, (height + 2) / 3, height})
      for (const ptrdiff_t columns : {ptrdiff_t{1}, (width + 1) / 2, width}) {
        Floats one(rows * columns), three(3 * rows * columns);
        CHECK(loops.shrink({prior.data(), height, width, 1, width, rows, columns, one.data()}));
        CHECK(
            loops.shrink({light.data(), height, width, 3, 3 * width, rows, columns, three.data()}));
        for (const Floats& made : {one, three}) all.insert(all.end(), made.begin(), made.end());
      }
    for (const Floats& made : {total, lit, calm}) all.insert(all.end(), made.begin(), made.end());
  }
  return all;
}

Floats fitted(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const ptrdiff_t count : kCounts) {
    const Floats colours = random.some(6 * count, -50, 50), weights = random.some(2 * count);
    const Floats guess = random.some(18, -50, 50);
    std::vector<double> given(colours.begin(), colours.end()),
        counted(weights.begin(), weights.end()), means(guess.begin(), guess.end()), covers(54),
        shares(6, 1.0 / 3);
    for (size_t k = 0; k < covers.size(); ++k) covers[k] = k % 9 % 4 ? 0 : 100;
    CHECK(loops.fit({given.data(), counted.data(), 2, count, 3, 6, 10, means.data(), covers.data(),
                     shares.data()}));
    for (const auto& made : {means, covers, shares})
      for (const double one : made) all.push_back(static_cast<float>(one));
  }
  return all;
}

}  // namespace

int main() {
  const kernels::Loops plain = LOOPS(plain);
  for (Floats (*all)(const kernels::Loops&) :
       {keyed, solved, pictures, raised, compared, turned, joined, grown, decided, drawn,
        bounded_by, heard, fitted, tiled, edged, headed, peopled}) {
    const Floats made = all(plain);
    CHECK(same(made, all(plain)));
#ifdef KERNELS_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      CHECK(same(made, all(LOOPS(avx2))));
#endif
  }
  return verdict("kernels");
}
