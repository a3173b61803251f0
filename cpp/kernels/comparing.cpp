// How far colours lie apart, and smooth steps.
#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

template <ptrdiff_t One, ptrdiff_t Two>
void lengths(const ApartJob& job) {
  const float* __restrict a0 = job.one, * __restrict a1 = a0 + job.one_channel, * __restrict a2 = a1 + job.one_channel;
  const float* __restrict b0 = job.two, * __restrict b1 = b0 + job.two_channel, * __restrict b2 = b1 + job.two_channel;
  float* __restrict out = job.out;
  for (ptrdiff_t k = 0; k < job.count; ++k) {
    const float g0 = a0[k * One] - b0[k * Two], g1 = a1[k * One] - b1[k * Two],
                g2 = a2[k * One] - b2[k * Two];
    out[k] = __builtin_sqrtf(g0 * g0 + g1 * g1 + g2 * g2);
  }
}

}  // namespace

namespace KERNELS_ISA {

bool apart(const ApartJob& job) {
  const bool one = job.one_pixel == 1, two = job.two_pixel == 1;
  (one ? two ? lengths<1, 1> : lengths<1, 3> : two ? lengths<3, 1> : lengths<3, 3>)(job);
  return true;
}

bool step(const StepJob& job) {
  const float* __restrict values = job.values;
  float* __restrict out = job.out;
  const float low = job.low, span = job.span;
  for (ptrdiff_t k = 0; k < job.count; ++k) {
    const float t = within((values[k] - low) / span, 0.0f, 1.0f);
    out[k] = t * t * (3.0f - 2.0f * t);
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
