// Neighbouring pixels of a person and how far their colours lie apart: what regions are cut along.
#include <cstdint>

#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr float kNoStep = __builtin_inff();

// The neighbours behind a pixel: across, down, and on both diagonals.
constexpr ptrdiff_t kRowOn[4] = {0, 1, 1, 1}, kColumnOn[4] = {1, 0, 1, -1};

}  // namespace

namespace KERNELS_ISA {

bool steps(const StepsJob& job) {
  const ptrdiff_t height = job.height, width = job.width, wide = 2 * width - 1;
  for (int k = 0; k < 4; ++k)
    for (ptrdiff_t y = 0; y < height; ++y) {
      float* __restrict out = job.steps + (k * height + y) * width;
      const bool last = y + kRowOn[k] >= height;
      const ptrdiff_t from = last ? width : kColumnOn[k] < 0 ? 1 : 0;
      const ptrdiff_t to = last ? width : kColumnOn[k] > 0 ? width - 1 : width;
      const ptrdiff_t there = kRowOn[k] * width + kColumnOn[k];
      const uint8_t* __restrict inside = job.inside + y * width;
      const float* __restrict colour = job.smooth + 3 * y * width;
      for (ptrdiff_t x = 0; x < from; ++x) out[x] = kNoStep;
      for (ptrdiff_t x = from; x < to; ++x) {
        const float* one = colour + 3 * x;
        const float* other = one + 3 * there;
        const float a = one[0] - other[0], b = one[1] - other[1], c = one[2] - other[2];
        const float length = __builtin_sqrtf(a * a + b * b + c * c);
        out[x] = (inside[x] & inside[x + there]) ? length : kNoStep;
      }
      for (ptrdiff_t x = to > from ? to : from; x < width; ++x) out[x] = kNoStep;
    }
  for (ptrdiff_t y = 0; y < 2 * height - 1; ++y) {
    uint8_t* __restrict row = job.lattice + y * wide;
    const ptrdiff_t at = y / 2 * width;
    if (y % 2) {
      const float* down = job.steps + height * width + at;
      for (ptrdiff_t x = 0; x < wide; ++x) row[x] = 0;
      for (ptrdiff_t x = 0; x < width; ++x) row[2 * x] = down[x] <= job.flat;
      continue;
    }
    for (ptrdiff_t x = 0; x < width; ++x) row[2 * x] = job.inside[at + x];
    for (ptrdiff_t x = 0; x + 1 < width; ++x) row[2 * x + 1] = job.steps[at + x] <= job.flat;
  }
  return true;
}

bool border(const BorderJob& job) {
  const ptrdiff_t height = job.height, width = job.width, wide = 2 * width - 1;
  ptrdiff_t count = 0;
  for (int k = 0; k < 4; ++k)
    for (ptrdiff_t y = 0; y + kRowOn[k] < height; ++y) {
      const float* step = job.steps + (k * height + y) * width;
      const int32_t* here = job.lattice + 2 * y * wide;
      const ptrdiff_t there = 2 * (kRowOn[k] * wide + kColumnOn[k]);
      for (ptrdiff_t x = kColumnOn[k] < 0 ? 1 : 0; x < (kColumnOn[k] > 0 ? width - 1 : width);
           ++x) {
        const auto one = static_cast<uint32_t>(here[2 * x]),
                   two = static_cast<uint32_t>(here[2 * x + there]);
        if (one == two || !(step[x] < kNoStep)) continue;
        const uint32_t pair = one < two ? one << 16 | two : two << 16 | one;
        job.keys[count++] =
            static_cast<uint64_t>(pair) << 32 | static_cast<uint32_t>(bits_of(step[x]));
      }
    }
  *job.count = count;
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
