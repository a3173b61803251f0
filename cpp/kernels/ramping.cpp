// Shares of parts at the plate's resolution: straight functions of its brightness, drawn from a
// grid.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr int kSteps = 32;  // places between two cells: those of OpenCV's look-up

// Where a pixel lies on the cells: the one before it, the one behind, and how far it is from the
// first.
struct Place {
  ptrdiff_t first, second;
  float away;
};

Place place_of(ptrdiff_t pixel, ptrdiff_t cells, ptrdiff_t size) {
  const double scale = static_cast<double>(cells) / static_cast<double>(size);
  const float at = static_cast<float>((static_cast<double>(pixel) + 0.5) * scale - 0.5);
  const float even = 12582912.0f;  // halves to even
  const auto step = static_cast<ptrdiff_t>((at * kSteps + even) - even);
  const ptrdiff_t whole = step >= 0 ? step / kSteps : -((-step + kSteps - 1) / kSteps);
  const auto away = static_cast<float>(step - whole * kSteps) / kSteps;
  return {bounded(whole, cells), bounded(whole + 1, cells), away};
}

// The first and the last column of cells in which there is anything in some rows, with one beside
// each; none where first > last.
struct Span {
  ptrdiff_t first, last;
};

Span span_of(const uint8_t* there, ptrdiff_t rows, ptrdiff_t columns) {
  Span found = {columns, -1};
  for (ptrdiff_t y = 0; y < rows; ++y) {
    const uint8_t* row = there + y * columns;
    for (ptrdiff_t x = 0; x < found.first; ++x)
      if (row[x]) found.first = x;
    for (ptrdiff_t x = columns - 1; x > found.last; --x)
      if (row[x]) found.last = x;
  }
  return found;
}

// One row of a share, added to `out`.
template <bool Squared, bool United>
void row_of(const float* __restrict above, const float* __restrict below, float down,
            const int32_t* __restrict first, const int32_t* __restrict second,
            const float* __restrict across, const float* __restrict bright,
            const float* __restrict units, ptrdiff_t from, ptrdiff_t to, float floor,
            float* __restrict out) {
  const float up = 1.0f - down, high = 1.0f - floor;
  for (ptrdiff_t x = from; x < to; ++x) {
    const float right = across[x], left = 1.0f - right;
    const float w0 = up * left, w1 = up * right, w2 = down * left, w3 = down * right;
    const ptrdiff_t a = first[x], b = second[x];
    const float slope = ((above[a] * w0 + above[b] * w1) + below[a] * w2) + below[b] * w3;
    const float offset =
        ((above[a + 1] * w0 + above[b + 1] * w1) + below[a + 1] * w2) + below[b + 1] * w3;
    float share = slope * bright[x] + offset;
    share = within(share - floor, 0.0f, high);
    if (Squared) share *= share;
    if (United) share *= units[x];
    out[x] += share;
  }
}

using RowOf = void (*)(const float*, const float*, float, const int32_t*, const int32_t*,
                       const float*, const float*, const float*, ptrdiff_t, ptrdiff_t, float,
                       float*);

}  // namespace

namespace KERNELS_ISA {

bool ramp(const RampJob& job) {
  const ptrdiff_t width = job.right - job.left, cells = job.rows * job.columns;
  Rows<int32_t> beside(2, width);
  Rows<float> across(1, width);
  if (width <= 0) return true;
  if (!(beside.good() && across.good())) return false;
  for (ptrdiff_t x = 0; x < width; ++x) {
    const Place place = place_of(job.left + x, job.columns, job.width);
    beside[0][x] = static_cast<int32_t>(2 * place.first);
    beside[1][x] = static_cast<int32_t>(2 * place.second);
    across[0][x] = place.away;
  }
  const RowOf row = job.squared ? (job.units ? row_of<true, true> : row_of<true, false>)
                                : (job.units ? row_of<false, true> : row_of<false, false>);
  // rows of cells that these rows of pixels may touch
  const ptrdiff_t low = bounded(job.top * job.rows / job.height - 1, job.rows);
  const ptrdiff_t high = bounded((job.bottom * job.rows + job.height - 1) / job.height, job.rows);
  for (ptrdiff_t part = 0; part < job.parts; ++part) {
    const ptrdiff_t k = job.which[part];
    const float* lines = job.lines + 2 * k * cells;
    const Span span =
        span_of(job.there + k * cells + low * job.columns, high - low + 1, job.columns);
    if (span.first > span.last) continue;
    ptrdiff_t from = 0, to = width;  // pixels between cells of which one has anything
    while (from < to && beside[1][from] < 2 * span.first) ++from;
    while (from < to && beside[0][to - 1] > 2 * span.last) --to;
    for (ptrdiff_t y = job.top; y < job.bottom; ++y) {
      const Place place = place_of(y, job.rows, job.height);
      row(lines + 2 * place.first * job.columns, lines + 2 * place.second * job.columns, place.away,
          beside[0], beside[1], across[0], job.bright + y * job.width + job.left,
          job.units ? job.units + y * job.width + job.left : nullptr, from, to, job.floor,
          job.out + (y - job.top) * width);
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
