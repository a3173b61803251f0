// The loops over the pixels of one person at odd sizes, in arrays that end where they end.
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "check.h"
#include "kernel_numbers.h"

namespace {

struct Size {
  ptrdiff_t height, width;
};
constexpr Size kSizes[] = {{1, 1}, {1, 9}, {7, 1}, {5, 63}, {4, 257}, {31, 129}};
constexpr ptrdiff_t kCounts[] = {1, 7, 8, 127, 256, 257, 1000};

using Flags = std::vector<uint8_t>;
using Numbers = std::vector<int32_t>;

void add(Floats& all, std::initializer_list<const Floats*> made) {
  for (const Floats* one : made) all.insert(all.end(), one->begin(), one->end());
}

void add(Floats& all, const std::vector<double>& made) {
  for (const double one : made) all.push_back(static_cast<float>(one));
}

Flags some_of(Random& random, ptrdiff_t count) {
  Flags made(static_cast<size_t>(count));
  for (uint8_t& one : made) one = random.next() < 0.7f;
  return made;
}

Numbers some_below(Random& random, ptrdiff_t count, int32_t most) {
  Numbers made(static_cast<size_t>(count));
  for (int32_t& one : made) one = static_cast<int32_t>(random.next() * static_cast<float>(most));
  return made;
}

ptrdiff_t true_of(const Flags& flags) {
  ptrdiff_t made = 0;
  for (const uint8_t one : flags) made += one;
  return made;
}

void of_body(const kernels::Loops& loops, Random& random, Size size, Floats& all) {
  const Flags inside = some_of(random, size.height * size.width);
  const ptrdiff_t count = true_of(inside);
  const Floats trunk = random.some(6, 0.2f, 9), face = random.some(9, 0.2f, 9),
               ends = random.some(4 * kernels::kSegments, -9, 9),
               radii = random.some(8, 0.1f, 0.2f);
  std::vector<kernels::Segment> segments;
  for (size_t k = 0; k < ends.size(); k += 4)
    segments.push_back({ends[k], ends[k + 1], ends[k + 2], ends[k + 3]});
  Floats at(static_cast<size_t>(kernels::kPlaces * count));
  CHECK(loops.place({inside.data(), size.height, size.width, count, trunk.data(), face.data(),
                     segments.data(), radii.data(), 2, 3, at.data()}));
  add(all, {&at});
  Numbers rows;
  for (int32_t k = 0; k < kernels::kLabels; ++k)
    rows.push_back(static_cast<int32_t>(kernels::kLabels) - 1 - k);
  const Floats places = random.some(kernels::kPlaces * count, -4, 4),
               shares = random.some(kernels::kLabels * count);
  Floats out(static_cast<size_t>(kernels::kLabels * count));
  for (const bool facing : {false, true})
    for (const float* said : {static_cast<const float*>(nullptr), shares.data()}) {
      CHECK(loops.doubt({places.data(), count, facing, !facing, 1, 0, rows.data(), said, 0.002f,
                         0.6f, out.data()}));
      add(all, {&out});
    }
}

void of_colours(const kernels::Loops& loops, Random& random, ptrdiff_t count, Floats& all) {
  const Floats colours = random.some(3 * count, 0, 255), weights = random.some(count, 0.01f, 1);
  const float* colour = colours.data();
  const float* weight = weights.data();
  int32_t taken = 0;
  kernels::SampleJob job{&colour, &weight, &count,  1,       100,     10,
                         &taken,  0,       nullptr, nullptr, nullptr, nullptr};
  CHECK(loops.sample(job));
  CHECK(taken > 0 && taken <= 200);
  const auto length = static_cast<size_t>(taken);
  std::vector<double> made(3 * length), counted(length), middle(3), spread(9), means(9), covers,
      shares(3, 1.0 / 3);
  job.longest = taken;
  job.out_colours = made.data();
  job.out_weights = counted.data();
  job.middle = middle.data();
  job.spread = spread.data();
  CHECK(loops.sample(job));
  const std::vector<double> way = {0.8, 0.6, 0};
  CHECK(loops.begin({made.data(), counted.data(), way.data(), 1, taken, 3, means.data()}));
  for (int k = 0; k < 3; ++k) covers.insert(covers.end(), spread.begin(), spread.end());
  Floats factors(27), logs(3), at(9);
  CHECK(loops.whiten({covers.data(), shares.data(), 3, factors.data(), logs.data()}));
  for (size_t k = 0; k < 9; ++k) at[k] = static_cast<float>(means[k] + middle[k % 3]);
  Floats dense(static_cast<size_t>(count)), like(static_cast<size_t>(count));
  CHECK(loops.dense({colour, count, at.data(), factors.data(), logs.data(), 1, 3, dense.data()}));
  CHECK(loops.resemble({colour, count, {90, 120, 130}, {20, 6, 6}, like.data()}));
  for (const auto& one : {made, counted, middle, spread, means}) add(all, one);
  add(all, {&factors, &logs, &dense, &like});
}

void of_regions(const kernels::Loops& loops, Random& random, Size size, Floats& all) {
  const auto [height, width] = size;
  const ptrdiff_t pixels = height * width, lattice = (2 * height - 1) * (2 * width - 1);
  const Flags inside = some_of(random, pixels);
  const Floats smooth = random.some(3 * pixels, 0, 9);
  Floats steps(static_cast<size_t>(4 * pixels));
  Flags flat(static_cast<size_t>(lattice));
  CHECK(loops.steps({smooth.data(), inside.data(), height, width, 2, steps.data(), flat.data()}));
  const Numbers numbers = some_below(random, lattice, 9);
  std::vector<uint64_t> keys(static_cast<size_t>(4 * pixels));
  ptrdiff_t count = 0;
  CHECK(loops.border({numbers.data(), steps.data(), height, width, keys.data(), &count}));
  for (ptrdiff_t k = 0; k < count; ++k)
    all.push_back(static_cast<float>(keys[static_cast<size_t>(k)] >> 24));
  for (const float one : steps) all.push_back(one < 1e30f ? one : -1.0f);
  for (const uint8_t one : flat) all.push_back(one);
}

void of_labels(const kernels::Loops& loops, Random& random, ptrdiff_t count, Floats& all) {
  constexpr ptrdiff_t kRows = 6, kRegions = 5;
  const Floats values = random.some(kRows * count, -9, 9), weight = random.some(count),
               found = random.some(kRows * kRegions);
  const Numbers of = some_below(random, count, kRegions);
  Floats mean(kRows * kRegions), made(values.size()), high(weight.size());
  std::vector<double> mass(kRegions), sums(kRows), open(kRows);
  Flags best(weight.size());
  CHECK(loops.means(
      {values.data(), kRows, count, of.data(), weight.data(), kRegions, mass.data(), mean.data()}));
  CHECK(loops.answer(
      {values.data(), kRows, count, found.data(), of.data(), kRegions, 0.5f, 0.05f, made.data()}));
  CHECK(loops.likeliest({values.data(), kRows, count, best.data(), high.data()}));
  CHECK(loops.openness(
      {made.data(), kRows, count, weight.data(), 0.1f, 0.75f, sums.data(), open.data()}));
  add(all, {&mean, &made, &high});
  for (const auto& one : {mass, sums, open}) add(all, one);
  for (const uint8_t one : best) all.push_back(one);
}

void of_planes(const kernels::Loops& loops, Random& random, Size size, Floats& all) {
  const auto [height, width] = size;
  constexpr ptrdiff_t kPlanes = 3, kLow = 4, kWide = 5;
  const Flags inside = some_of(random, height * width);
  const ptrdiff_t count = true_of(inside), pixels = height * width;
  const Floats small = random.some(kPlanes * kLow * kWide), x = random.some(width, -3, 8),
               y = random.some(height, -3, 8), rest = random.some(pixels);
  Floats taken(static_cast<size_t>(kPlanes * count)), out = random.some(kPlanes * pixels);
  CHECK(loops.take({small.data(), kPlanes, kLow, kWide, x.data(), y.data(), inside.data(), height,
                    width, count, 1e-6f, taken.data()}));
  const Numbers to = {2, 0, 1}, which = {0, 2};
  CHECK(loops.gather_up({small.data(), kLow, kWide, to.data(), kPlanes, rest.data(), which.data(),
                         2, height, width, 1e-6f, out.data()}));
  Floats carried(rest.size());
  CHECK(loops.carry_on({out.data(), rest.data(), rest.data(), rest.data(), rest.data(), rest.data(),
                        rest.data(), pixels, 1e-6f, carried.data()}));
  add(all, {&taken, &out, &carried});
}

}  // namespace

Floats peopled(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const Size size : kSizes) {
    of_body(loops, random, size, all);
    of_regions(loops, random, size, all);
    of_planes(loops, random, size, all);
  }
  for (const ptrdiff_t count : kCounts) {
    of_colours(loops, random, count, all);
    of_labels(loops, random, count, all);
  }
  return all;
}
