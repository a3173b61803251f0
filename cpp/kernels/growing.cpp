// Everything near a mask: dilation by a disc, row by row of the disc instead of pixel by pixel.
#include <cstdint>
#include <cstring>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr int kFar = 255;

// How far each pixel of a row is from the mask in that row, up to kFar; whether there is any of it.
bool row_distances(const uint8_t* mask, ptrdiff_t width, uint8_t* far) {
  if (!std::memchr(mask, 1, static_cast<size_t>(width))) return false;
  int at = kFar;
  for (ptrdiff_t x = 0; x < width; ++x) {
    at = mask[x] ? 0 : at < kFar ? at + 1 : kFar;
    far[x] = static_cast<uint8_t>(at);
  }
  at = kFar;
  for (ptrdiff_t x = width; x-- > 0;) {
    at = mask[x] ? 0 : at < kFar ? at + 1 : kFar;
    far[x] = static_cast<uint8_t>(at < far[x] ? at : far[x]);
  }
  return true;
}

// 1 where a row lies no further from the mask than the disc is wide; values of one byte each, so
// that what the loop is bound by must not seem to change with them.
void add(const uint8_t* __restrict far, uint8_t within, ptrdiff_t width, uint8_t* __restrict out) {
  for (ptrdiff_t x = 0; x < width; ++x)
    out[x] = static_cast<uint8_t>(out[x] | (far[x] <= within ? 1 : 0));
}

}  // namespace

namespace KERNELS_ISA {

bool grow(const GrowJob& job) {
  Rows<uint8_t> far(job.height, job.width), there(1, job.height);
  Rows<int32_t> half(1, job.radius + 1);  // of the disc's width, of each of its rows
  if (!(far.good() && there.good() && half.good())) return false;
  for (ptrdiff_t y = 0; y < job.height; ++y)
    there[0][y] = row_distances(job.mask + y * job.width, job.width, far[y]);
  // 2(x² + y²) <= r(2r + 1): the disc of ops/filters.py
  const ptrdiff_t limit = job.radius * (2 * job.radius + 1);
  for (ptrdiff_t y = 0, x = job.radius; y <= job.radius; ++y) {
    while (2 * (x * x + y * y) > limit) --x;
    half[0][y] = static_cast<int32_t>(x);
  }
  std::memset(job.out, 0, static_cast<size_t>(job.height * job.width));
  for (ptrdiff_t y = 0; y < job.height; ++y) {
    uint8_t* out = job.out + y * job.width;
    const ptrdiff_t first = y < job.radius ? 0 : y - job.radius;
    const ptrdiff_t last = y + job.radius < job.height ? y + job.radius : job.height - 1;
    for (ptrdiff_t from = first; from <= last; ++from) {
      if (!there[0][from]) continue;
      const uint8_t* row = far[from];
      const uint8_t within = static_cast<uint8_t>(half[0][from < y ? y - from : from - y]);
      add(row, within, job.width, out);
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
