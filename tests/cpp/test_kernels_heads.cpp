// The heads of the people network at small sizes, beside the same sums written plainly.
#include <cmath>
#include <cstdint>

#include "check.h"
#include "kernel_numbers.h"

namespace {

struct Size {
  ptrdiff_t height, width;
};
constexpr Size kSizes[] = {{2, 16}, {4, 32}, {6, 16}, {32, 48}};

// A pixel of a plane of h×w that is doubled bilinearly.
double doubled(const float* plane, ptrdiff_t h, ptrdiff_t w, ptrdiff_t y, ptrdiff_t x) {
  const auto held = [](ptrdiff_t at, ptrdiff_t size) {
    return at < 0 ? 0 : at >= size ? size - 1 : at;
  };
  double made = 0;
  for (int k = 0; k < 4; ++k) {
    const ptrdiff_t other_y = k / 2 ? y / 2 + (y % 2 ? 1 : -1) : y / 2;
    const ptrdiff_t other_x = k % 2 ? x / 2 + (x % 2 ? 1 : -1) : x / 2;
    made += (k / 2 ? 0.25 : 0.75) * (k % 2 ? 0.25 : 0.75) *
            static_cast<double>(plane[held(other_y, h) * w + held(other_x, w)]);
  }
  return made;
}

// Where the corrections are nothing but a bias, mattes are what is doubled and that bias.
void doubles(const kernels::Loops& loops, Random& random, Size size) {
  const auto [height, width] = size;
  const ptrdiff_t h = height / 2, w = width / 2;
  const Floats picture = random.some(3 * height * width), fine = random.some(8 * h * w),
               coarse = random.some(2 * h * w, -5, 5), first(16 * 13 * 9), first_bias(16),
               second(16 * 9 * 2), second_bias = random.some(2);
  Floats out(2 * height * width);
  CHECK(loops.mattes({picture.data(), fine.data(), coarse.data(), height, width, first.data(),
                      first_bias.data(), second.data(), second_bias.data(), out.data()}));
  for (ptrdiff_t c = 0; c < 2; ++c)
    for (ptrdiff_t y = 0; y < height; ++y)
      for (ptrdiff_t x = 0; x < width; ++x)
        CHECK(std::fabs(doubled(coarse.data() + c * h * w, h, w, y, x) + second_bias[c] -
                        out[(c * height + y) * width + x]) < 1e-5);
}

}  // namespace

Floats headed(const kernels::Loops& loops) {
  Floats all;
  Random random;
  for (const Size size : kSizes) {
    const auto [height, width] = size;
    doubles(loops, random, size);
    const ptrdiff_t quarter = height / 2 * (width / 2);
    const Floats picture = random.some(3 * height * width), fine = random.some(8 * quarter, -2, 2),
                 coarse = random.some(2 * quarter, -5, 5), first = random.some(16 * 13 * 9, -1, 1),
                 first_bias = random.some(16, -1, 1), second = random.some(16 * 9 * 2, -1, 1),
                 second_bias = random.some(2, -1, 1), soft = random.some(8 * quarter, -1, 7),
                 filter = random.some(2 * 8 * 9, -1, 1), filter_bias = random.some(16, -1, 1),
                 mix = random.some(2 * 8 * 8, -1, 1), mix_bias = random.some(16, -1, 1),
                 last = random.some(8 * 9, -1, 1), last_bias = random.some(1);
    Floats mattes(2 * height * width), figure(height * width);
    CHECK(loops.mattes({picture.data(), fine.data(), coarse.data(), height, width, first.data(),
                        first_bias.data(), second.data(), second_bias.data(), mattes.data()}));
    CHECK(loops.figure({soft.data(), height, width, filter.data(), filter_bias.data(), mix.data(),
                        mix_bias.data(), last.data(), last_bias.data(), figure.data()}));
    Floats shares(3 * height * width), pooled(3 * (height / 4) * (width / 4));
    CHECK(loops.softmax(
        {picture.data(), 3, height, width, shares.data(), height % 4 ? nullptr : pooled.data()}));
    for (const Floats& made : {mattes, figure, shares, pooled})
      all.insert(all.end(), made.begin(), made.end());
  }
  return all;
}
