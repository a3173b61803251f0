// Shares on the grid of the evidence at the pixels of one person: bilinear.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

void between(const float* at, ptrdiff_t count, ptrdiff_t cells, int32_t* first, int32_t* second,
             float* away) {
  for (ptrdiff_t k = 0; k < count; ++k) {
    const auto cut = static_cast<ptrdiff_t>(at[k]);  // towards 0
    const ptrdiff_t whole = static_cast<float>(cut) > at[k] ? cut - 1 : cut;
    first[k] = static_cast<int32_t>(bounded(whole, cells));
    second[k] = static_cast<int32_t>(bounded(whole + 1, cells));
    away[k] = at[k] - static_cast<float>(whole);
  }
}

bool any(const float* plane, ptrdiff_t size) {
  for (ptrdiff_t k = 0; k < size; ++k)
    if (plane[k] != 0.0f) return true;
  return false;
}

}  // namespace

namespace KERNELS_ISA {

bool take(const TakeJob& job) {
  const ptrdiff_t cells = job.rows * job.columns;
  Rows<int32_t> across(2, job.width), down(2, job.height), corner(4, job.count);
  Rows<float> right(1, job.width), below(1, job.height), share(4, job.count), sums(1, job.count);
  if (!job.count) return true;
  if (!(across.good() && down.good() && corner.good() && right.good() && below.good() &&
        share.good() && sums.good()))
    return false;
  between(job.x, job.width, job.columns, across[0], across[1], right[0]);
  between(job.y, job.height, job.rows, down[0], down[1], below[0]);
  ptrdiff_t at = 0;
  for (ptrdiff_t y = 0; y < job.height; ++y)
    for (ptrdiff_t x = 0; x < job.width; ++x) {
      if (!job.inside[y * job.width + x]) continue;
      for (int k = 0; k < 4; ++k) {
        const float low = k / 2 ? below[0][y] : 1.0f - below[0][y];
        const float side = k % 2 ? right[0][x] : 1.0f - right[0][x];
        share[k][at] = low * side;
        corner[k][at] = down[k / 2][y] * static_cast<int32_t>(job.columns) + across[k % 2][x];
      }
      ++at;
    }
  for (ptrdiff_t j = 0; j < job.count; ++j) sums[0][j] = 0.0f;
  const int32_t* __restrict a = corner[0], * __restrict b = corner[1], * __restrict c = corner[2], * __restrict d = corner[3];
  const float* __restrict of_a = share[0], * __restrict of_b = share[1], * __restrict of_c = share[2], * __restrict of_d = share[3];
  float* __restrict total = sums[0];
  for (ptrdiff_t k = 0; k < job.planes; ++k) {
    const float* __restrict plane = job.shares + k * cells;
    float* __restrict out = job.out + k * job.count;
    if (!any(plane, cells)) {
      for (ptrdiff_t j = 0; j < job.count; ++j) out[j] = 0.0f;
      continue;
    }
    for (ptrdiff_t j = 0; j < job.count; ++j) {
      out[j] = plane[a[j]] * of_a[j] + plane[b[j]] * of_b[j] + plane[c[j]] * of_c[j] +
               plane[d[j]] * of_d[j];
      total[j] += out[j];
    }
  }
  for (ptrdiff_t j = 0; j < job.count; ++j) total[j] = most(total[j], job.least);
  for (ptrdiff_t k = 0; k < job.planes; ++k) {
    float* __restrict out = job.out + k * job.count;
    for (ptrdiff_t j = 0; j < job.count; ++j) out[j] /= total[j];
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
