// Everybody's parts on one grid: what the network says is added where nobody was decided, and all
// sum to 1; what is likeliest; what is carried on into where nothing is known.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 256;
constexpr ptrdiff_t kBand = 8;  // rows: a band of all planes stays near the processor

// Where a pixel of a line lies between the cells of a smaller one.
struct Between {
  int32_t first, second;
  float away;
};

Between between(ptrdiff_t pixel, ptrdiff_t cells, ptrdiff_t size) {
  const double scale = static_cast<double>(cells) / static_cast<double>(size);
  const auto at = static_cast<float>((static_cast<double>(pixel) + 0.5) * scale - 0.5);
  const auto cut = static_cast<ptrdiff_t>(at);
  const ptrdiff_t whole = static_cast<float>(cut) > at ? cut - 1 : cut;
  if (whole < 0) return {0, 0, 0.0f};
  if (whole >= cells - 1)
    return {static_cast<int32_t>(cells - 1), static_cast<int32_t>(cells - 1), 0.0f};
  return {static_cast<int32_t>(whole), static_cast<int32_t>(whole + 1),
          at - static_cast<float>(whole)};
}

// Columns of a small plane beside those of a larger one.
struct Across {
  const int32_t* first;
  const int32_t* second;
  const float* away;
};

// Some rows of a small plane, grown, added where there is some of the rest.
void add_grown(const float* small, const GatherUpJob& job, const Across& across, ptrdiff_t top,
               ptrdiff_t rows, const Rows<float>& wide, float* out) {
  ptrdiff_t held[2] = {-1, -1};  // rows of cells that are wide already, by their parity
  for (ptrdiff_t y = top; y < top + rows; ++y, out += job.width) {
    const Between at = between(y, job.rows, job.height);
    const ptrdiff_t needed[2] = {at.first, at.second};
    for (const ptrdiff_t row : needed) {
      if (held[row % 2] == row) continue;
      held[row % 2] = row;
      const float* from = small + row * job.columns;
      float* __restrict to = wide[row % 2];
      for (ptrdiff_t x = 0; x < job.width; ++x)
        to[x] = from[across.first[x]] * (1.0f - across.away[x]) +
                from[across.second[x]] * across.away[x];
    }
    const float* __restrict above = wide[at.first % 2];
    const float* __restrict below = wide[at.second % 2];
    const float* __restrict rest = job.rest + y * job.width;
    const float down = at.away, up = 1.0f - at.away;
    float* __restrict made = out;
    for (ptrdiff_t x = 0; x < job.width; ++x)
      made[x] += (above[x] * up + below[x] * down) * rest[x];
  }
}

}  // namespace

namespace KERNELS_ISA {

bool gather_up(const GatherUpJob& job) {
  const ptrdiff_t width = job.width, pixels = job.height * width, cells = job.rows * job.columns;
  Rows<int32_t> first(1, width), second(1, width);
  Rows<float> away(1, width), sums(kBand, width), wide(2, width);
  if (!pixels) return true;
  if (!(first.good() && second.good() && away.good() && sums.good() && wide.good())) return false;
  for (ptrdiff_t x = 0; x < width; ++x) {
    const Between at = between(x, job.columns, width);
    first[0][x] = at.first;
    second[0][x] = at.second;
    away[0][x] = at.away;
  }
  const Across across{first[0], second[0], away[0]};
  for (ptrdiff_t top = 0; top < job.height; top += kBand) {
    const ptrdiff_t rows = top + kBand < job.height ? kBand : job.height - top;
    for (ptrdiff_t k = 0; k < job.added; ++k)
      add_grown(job.small + k * cells, job, across, top, rows, wide,
                job.out + job.to[k] * pixels + top * width);
    float* __restrict sum = sums[0];
    for (ptrdiff_t j = 0; j < rows * width; ++j) sum[j] = 0.0f;
    for (ptrdiff_t k = 0; k < job.planes; ++k) {
      const float* __restrict out = job.out + job.which[k] * pixels + top * width;
      for (ptrdiff_t j = 0; j < rows * width; ++j) sum[j] += out[j];
    }
    for (ptrdiff_t j = 0; j < rows * width; ++j) sum[j] = most(sum[j], job.least);
    for (ptrdiff_t k = 0; k < job.planes; ++k) {
      float* __restrict out = job.out + job.which[k] * pixels + top * width;
      for (ptrdiff_t j = 0; j < rows * width; ++j) out[j] /= sum[j];
    }
  }
  return true;
}

bool likeliest(const LikeliestJob& job) {
  int32_t best[kBlock];
  for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
    const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
    float* __restrict high = job.high + from;
    for (ptrdiff_t j = 0; j < size; ++j) best[j] = 0;
    for (ptrdiff_t j = 0; j < size; ++j) high[j] = job.values[from + j];
    for (ptrdiff_t k = 1; k < job.rows; ++k) {
      const float* __restrict one = job.values + k * job.count + from;
      const auto number = static_cast<int32_t>(k);
      for (ptrdiff_t j = 0; j < size; ++j) {
        best[j] = one[j] > high[j] ? number : best[j];
        high[j] = one[j] > high[j] ? one[j] : high[j];
      }
    }
    uint8_t* __restrict out = job.best + from;
    for (ptrdiff_t j = 0; j < size; ++j) out[j] = static_cast<uint8_t>(best[j]);
  }
  return true;
}

bool carry_on(const CarryOnJob& job) {
  for (ptrdiff_t j = 0; j < job.count; ++j) {
    const float field = job.plane[j] * job.unit[j];
    float made = job.raised[j] * job.rest[j] + field * job.weight[j] * job.gain[j];
    made += (field - made) * job.trust[j];
    job.out[j] = within(made, 0.0f, 1.0f) + job.tiny;
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
