// A picture made smaller by the mean of the area that each of its new pixels covers.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr double kNothing = 1e-3;  // of a pixel: less of it does not count

// What of the pixels of a line each new one covers: from which on, how many, and their weights.
struct Line {
  int32_t first, count;
  float* weights;
};

// Weights of one new pixel of a line of *size*, as OpenCV's INTER_AREA has them.
void covered(ptrdiff_t at, double scale, ptrdiff_t size, Line& line) {
  const double from = static_cast<double>(at) * scale, to = from + scale;
  const double rest = static_cast<double>(size) - from, whole = scale < rest ? scale : rest;
  auto low = static_cast<ptrdiff_t>(from), high = static_cast<ptrdiff_t>(to);
  low += static_cast<double>(low) < from;
  if (high > size - 1) high = size - 1;
  if (low > high) low = high;
  int32_t count = 0;
  line.first = static_cast<int32_t>(low);
  const double before = static_cast<double>(low) - from, behind = to - static_cast<double>(high);
  if (before > kNothing) {
    --line.first;
    line.weights[count++] = static_cast<float>(before / whole);
  }
  for (ptrdiff_t k = low; k < high; ++k) line.weights[count++] = static_cast<float>(1 / whole);
  if (behind > kNothing) {
    const double part = behind < 1 ? behind : 1;
    line.weights[count++] = static_cast<float>((part < whole ? part : whole) / whole);
  }
  line.count = count;
}

void add_row(const float* __restrict row, float weight, ptrdiff_t count, bool first,
             float* __restrict sums) {
  if (first)
    for (ptrdiff_t x = 0; x < count; ++x) sums[x] = row[x] * weight;
  else
    for (ptrdiff_t x = 0; x < count; ++x) sums[x] += row[x] * weight;
}

template <int kChannels>
void across(const float* __restrict sums, const Line* lines, ptrdiff_t columns,
            float* __restrict out) {
  for (ptrdiff_t x = 0; x < columns; ++x, out += kChannels) {
    const Line& line = lines[x];
    const float* from = sums + line.first * kChannels;
    float made[kChannels];
    for (int c = 0; c < kChannels; ++c) made[c] = from[c] * line.weights[0];
    for (int32_t k = 1; k < line.count; ++k)
      for (int c = 0; c < kChannels; ++c) made[c] += from[k * kChannels + c] * line.weights[k];
    for (int c = 0; c < kChannels; ++c) out[c] = made[c];
  }
}

// The same where each new pixel covers the same whole number of old ones.
template <int kChannels, int kTaps>
void across_whole(const float* __restrict sums, float weight, ptrdiff_t columns,
                  float* __restrict out) {
  for (ptrdiff_t x = 0; x < columns; ++x)
    for (int c = 0; c < kChannels; ++c) {
      const float* from = sums + x * kTaps * kChannels + c;
      float made = from[0] * weight;
      for (int k = 1; k < kTaps; ++k) made += from[k * kChannels] * weight;
      out[x * kChannels + c] = made;
    }
}

template <int kChannels>
void row_across(const float* sums, const Line* lines, ptrdiff_t width, ptrdiff_t columns,
                float* out) {
  const float weight = lines[0].weights[0];
  if (width == 2 * columns)
    across_whole<kChannels, 2>(sums, weight, columns, out);
  else if (width == 3 * columns)
    across_whole<kChannels, 3>(sums, weight, columns, out);
  else if (width == 4 * columns)
    across_whole<kChannels, 4>(sums, weight, columns, out);
  else
    across<kChannels>(sums, lines, columns, out);
}

}  // namespace

namespace KERNELS_ISA {

bool shrink(const ShrinkJob& job) {
  const double down = static_cast<double>(job.height) / static_cast<double>(job.rows);
  const double along = static_cast<double>(job.width) / static_cast<double>(job.columns);
  const ptrdiff_t count = job.width * job.channels;
  const auto most_across = static_cast<ptrdiff_t>(along) + 3;
  Rows<float> sums(1, count), weights(job.columns, most_across);
  Rows<float> rows(1, static_cast<ptrdiff_t>(down) + 3);
  Rows<Line> lines(1, job.columns);
  if (!(sums.good() && weights.good() && rows.good() && lines.good())) return false;
  for (ptrdiff_t x = 0; x < job.columns; ++x) {
    lines[0][x].weights = weights[x];
    covered(x, along, job.width, lines[0][x]);
  }
  Line line = {0, 0, rows[0]};
  for (ptrdiff_t y = 0; y < job.rows; ++y) {
    covered(y, down, job.height, line);
    for (int32_t k = 0; k < line.count; ++k)
      add_row(job.pixels + (line.first + k) * job.stride, line.weights[k], count, !k, sums[0]);
    float* out = job.out + y * job.columns * job.channels;
    switch (job.channels) {
      case 1:
        row_across<1>(sums[0], lines[0], job.width, job.columns, out);
        break;
      case 3:
        row_across<3>(sums[0], lines[0], job.width, job.columns, out);
        break;
      default:
        row_across<4>(sums[0], lines[0], job.width, job.columns, out);
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
