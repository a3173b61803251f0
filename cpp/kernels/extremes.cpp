// The least and the greatest value of each of some windows of a plane.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

template <typename Number>
bool extremes_of(const ExtremesJob& job) {
  Rows<Number> low(1, job.width), high(1, job.width);
  if (!(low.good() && high.good())) return false;
  Number* __restrict least = low[0];
  Number* __restrict greatest = high[0];
  auto* out_low = static_cast<Number*>(job.low);
  auto* out_high = static_cast<Number*>(job.high);
  for (ptrdiff_t r = 0; r < job.rows; ++r) {
    const auto* first = static_cast<const Number*>(job.values) + job.row_from[r] * job.width;
    for (ptrdiff_t x = 0; x < job.width; ++x) least[x] = greatest[x] = first[x];
    for (ptrdiff_t y = job.row_from[r] + 1; y < job.row_to[r]; ++y) {
      const auto* __restrict row = static_cast<const Number*>(job.values) + y * job.width;
      for (ptrdiff_t x = 0; x < job.width; ++x) {
        least[x] = row[x] < least[x] ? row[x] : least[x];
        greatest[x] = row[x] > greatest[x] ? row[x] : greatest[x];
      }
    }
    for (ptrdiff_t c = 0; c < job.columns; ++c) {
      Number one = least[job.column_from[c]], two = greatest[job.column_from[c]];
      for (ptrdiff_t x = job.column_from[c] + 1; x < job.column_to[c]; ++x) {
        one = least[x] < one ? least[x] : one;
        two = greatest[x] > two ? greatest[x] : two;
      }
      out_low[r * job.columns + c] = one;
      out_high[r * job.columns + c] = two;
    }
  }
  return true;
}

}  // namespace

namespace KERNELS_ISA {

bool extremes(const ExtremesJob& job) {
  return job.floats ? extremes_of<float>(job) : extremes_of<uint16_t>(job);
}

}  // namespace KERNELS_ISA

}  // namespace kernels
