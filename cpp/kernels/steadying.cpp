// What the frames around one say of a pixel, put together: means along the motion, and votes on
// parts.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 512;

inline float whole_below(float x) {
  const auto cut = static_cast<float>(static_cast<int32_t>(x));
  return cut > x ? cut - 1.0f : cut;
}

// The four pixels around a place, and how far it is from the first.
struct Corners {
  ptrdiff_t at[4];
  float right, down;
};

inline Corners corners_of(float x, float y, ptrdiff_t rows, ptrdiff_t columns) {
  const float left = whole_below(x), top = whole_below(y);
  const auto column = static_cast<ptrdiff_t>(left), row = static_cast<ptrdiff_t>(top);
  const ptrdiff_t x1 = bounded(column, columns), x2 = bounded(column + 1, columns);
  const ptrdiff_t y1 = bounded(row, rows) * columns, y2 = bounded(row + 1, rows) * columns;
  return {{y1 + x1, y1 + x2, y2 + x1, y2 + x2}, x - left, y - top};
}

inline float ramp_of(float value, float low, float span) {
  return within((value - low) / span, 0.0f, 1.0f);
}

}  // namespace

namespace KERNELS_ISA {

bool along(const AlongJob& job) {
  float part[kBlock];
  for (ptrdiff_t plane = 0; plane < job.planes; ++plane)
    for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
      const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
      const ptrdiff_t first = plane * job.count + from;
      const float* __restrict own = job.own + first;
      float* __restrict mean = job.mean + first;
      float* __restrict spread = job.spread + first;
      float* __restrict total = job.total + from;
      for (ptrdiff_t j = 0; j < size; ++j) {
        mean[j] = own[j];
        spread[j] = own[j] * own[j];
        total[j] = 1.0f;
      }
      for (ptrdiff_t k = 0; k < job.others; ++k) {
        const float* __restrict values = job.values[k] + first;
        const float* __restrict weight = job.weights[k] + from;
        for (ptrdiff_t j = 0; j < size; ++j) {
          part[j] = values[j] * weight[j];
          mean[j] += part[j];
          part[j] *= values[j];
          spread[j] += part[j];
          total[j] += weight[j];
        }
      }
      for (ptrdiff_t j = 0; j < size; ++j) {
        const float middle = mean[j] / total[j];
        const float square = spread[j] / total[j] - middle * middle;
        mean[j] = middle;
        spread[j] = __builtin_sqrtf(most(square, 0.0f));
      }
    }
  return true;
}

bool draw(const DrawJob& job) {
  const float low = job.gross[0], span = job.gross[1], tiny = job.tiny;
  for (ptrdiff_t plane = 0; plane < job.planes; ++plane) {
    const float* __restrict own = job.own + plane * job.count;
    const float* __restrict spread = job.spread + plane * job.count;
    const float* __restrict total = job.total;
    float* __restrict mean = job.mean + plane * job.count;
    for (ptrdiff_t j = 0; j < job.count; ++j) {
      const float gross = ramp_of(spread[j], low, span);
      if (gross == 0.0f) continue;
      const float middle = mean[j], all = total[j];
      const float left = most(all - 1.0f, tiny);
      const float theirs = (middle * all - own[j]) / left;
      const float square =
          ((spread[j] * spread[j] + middle * middle) * all - own[j] * own[j]) / left;
      const float apart = __builtin_sqrtf(most(square - theirs * theirs, 0.0f));
      const float away = theirs - 0.5f;
      float united = (1.0f - ramp_of(apart, low, span)) *
                     ramp_of(away < 0.0f ? -away : away, job.alone[0], job.alone[1]);
      united *= within(all - 2.0f, 0.0f, 1.0f);  // one frame beside is no majority
      const float part = within((middle - job.divided[0]) / job.divided[1] + 0.5f, 0.0f, 1.0f);
      const float firm = within((middle - job.enough[0]) / job.enough[1] + 0.5f, 0.0f, 1.0f);
      mean[j] = middle + gross * ((part + united * (firm - part)) - middle);
    }
  }
  return true;
}

bool rests(const RestsJob& job) {
  const float* __restrict own = job.own;
  float* __restrict mean = job.mean;
  const float low = job.low, span = job.span, clear = job.clear, full = job.full;
  for (ptrdiff_t j = 0; j < job.count; ++j) {
    const float value = within(mean[j], 0.0f, 1.0f), gone = 1.0f - value;
    const float faded = most(value * ramp_of(value, low, span), least(own[j], value));
    const float filled = least(1.0f - gone * ramp_of(gone, low, span), most(own[j], value));
    mean[j] = own[j] <= clear ? faded : own[j] >= full ? filled : value;
  }
  return true;
}

bool hear(const HearJob& job) {
  const ptrdiff_t plane = job.height * job.width;
  for (ptrdiff_t j = 0; j < job.count; ++j) {
    const Corners corners = corners_of(job.x[j], job.y[j], job.height, job.width);
    for (ptrdiff_t k = 0; k < job.parts; ++k) {
      const uint8_t* codes = job.codes + k * plane;
      const float c0 = codes[corners.at[0]], c1 = codes[corners.at[1]], c2 = codes[corners.at[2]],
                  c3 = codes[corners.at[3]];
      const float above = c0 + corners.right * (c1 - c0), below = c2 + corners.right * (c3 - c2);
      const float value = above + corners.down * (below - above);
      job.votes[job.rows[k] * job.count + j] += value * job.weight[j];
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
