// Light as opponent colours, and back, and as brightness: three channels summed in one order.
#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace KERNELS_ISA {

bool opponent(const TurnJob& job) {
  const float* __restrict from = job.values;
  const float* __restrict by = job.matrix;
  const ptrdiff_t count = job.count;
  float* __restrict one = job.out;
  float* __restrict two = one + count;
  float* __restrict three = two + count;
  const float top = job.top, a = by[0], b = by[1], c = by[2], d = by[3], e = by[4], f = by[5],
              g = by[6], h = by[7], i = by[8];
  for (ptrdiff_t k = 0; k < count; ++k) {
    const float x = within(from[3 * k], 0.0f, top), y = within(from[3 * k + 1], 0.0f, top),
                z = within(from[3 * k + 2], 0.0f, top);
    one[k] = x * a + y * b + z * c;
    two[k] = x * d + y * e + z * f;
    three[k] = x * g + y * h + z * i;
  }
  return true;
}

bool light(const TurnJob& job) {
  const ptrdiff_t count = job.count;
  const float* __restrict one = job.values;
  const float* __restrict two = one + count;
  const float* __restrict three = two + count;
  const float* __restrict by = job.matrix;
  float* __restrict out = job.out;
  const float a = by[0], b = by[1], c = by[2], d = by[3], e = by[4], f = by[5], g = by[6],
              h = by[7], i = by[8];
  for (ptrdiff_t k = 0; k < count; ++k) {
    const float x = one[k], y = two[k], z = three[k];
    out[3 * k] = x * a + y * b + z * c;
    out[3 * k + 1] = x * d + y * e + z * f;
    out[3 * k + 2] = x * g + y * h + z * i;
  }
  return true;
}

bool luma(const LumaJob& job) {
  const float* __restrict from = job.colours;
  float* __restrict out = job.luma;
  const ptrdiff_t count = job.count;
  for (ptrdiff_t k = 0; k < count; ++k) {
    const float seen = most(from[3 * k] * 0.2126f + from[3 * k + 1] * 0.7152f, 0.0f);
    out[k] = seen + most(from[3 * k + 2], 0.0f) * 0.0722f;
  }
  return true;
}

bool bright(const BrightJob& job) {
  float* __restrict luma = job.luma;
  const ptrdiff_t count = job.count;
  const float middle = job.middle;
  for (ptrdiff_t k = 0; k < count; ++k) luma[k] = __builtin_sqrtf(luma[k] / (luma[k] + middle));
  return true;
}

}  // namespace KERNELS_ISA
}  // namespace kernels
