// Specks of a matte drawn in: single pixels that stand out from all their neighbours.
#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

// A pixel at column x of a row, between the columns beside it and the rows above and below.
inline float drawn_in(const float* above, const float* own, const float* below, ptrdiff_t left,
                      ptrdiff_t x, ptrdiff_t right, float slack) {
  const float high = most(most(most(above[left], own[left]), most(below[left], above[x])),
                          most(most(above[right], own[right]), most(below[right], below[x])));
  const float low = least(least(least(above[left], own[left]), least(below[left], above[x])),
                          least(least(above[right], own[right]), least(below[right], below[x])));
  return within(least(most(own[x], low - slack), high + slack), 0.0f, 1.0f);
}

}  // namespace

namespace KERNELS_ISA {

bool calm(const CalmJob& job) {
  const float slack = job.slack;
  for (ptrdiff_t y = 0; y < job.out_rows; ++y) {
    const ptrdiff_t row = job.top + y;
    const float* own = job.pixels + row * job.stride;
    const float* above = job.pixels + bounded(row - 1, job.rows) * job.stride;
    const float* below = job.pixels + bounded(row + 1, job.rows) * job.stride;
    float* __restrict out = job.out + y * job.out_stride - job.left;
    const ptrdiff_t end = job.left + job.out_columns, last = job.columns - 1;
    ptrdiff_t x = job.left;
    if (x < end && x == 0) {
      out[0] = drawn_in(above, own, below, 0, 0, bounded(1, job.columns), slack);
      ++x;
    }
    const ptrdiff_t inner = end <= last ? end : last;
    for (; x < inner; ++x) out[x] = drawn_in(above, own, below, x - 1, x, x + 1, slack);
    if (x < end) out[x] = drawn_in(above, own, below, x - 1, x, x, slack);
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
