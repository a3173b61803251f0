// Layers of the people network at the size of the picture, a row at a time: planes that a library
// for networks lays out anew, pads to sixteen channels and doubles one by one.
#include "kernels.h"
#include "loops.h"
#include "vectors.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kEdge = 8;  // zeros to both sides of a row

// Three rows of some planes that a 3x3 convolution reads; rows outside the picture are zeros.
struct Ring {
  Ring(ptrdiff_t planes, ptrdiff_t height, ptrdiff_t width)
      : planes(planes), height(height), rows(3 * planes + 1, width + 2 * kEdge) {
    if (rows.good())
      for (ptrdiff_t k = 0; k < (3 * planes + 1) * rows.width; ++k) rows.memory[k] = 0;
  }
  float* at(ptrdiff_t y, ptrdiff_t plane) const {
    return rows[y < 0 || y >= height ? 3 * planes : y % 3 * planes + plane] + kEdge;
  }
  bool good() const { return rows.good(); }

  ptrdiff_t planes, height;
  Rows<float> rows;
};

// The rows that a 3x3 convolution of row *y* reads, of each plane the one above first.
template <int kIn>
struct Around {
  Around(const Ring& from, ptrdiff_t y) {
    for (int k = 0; k < 3 * kIn; ++k) rows[k] = from.at(y + k % 3 - 1, k / 3);
  }
  const float* rows[3 * kIn];
};

// A 3x3 convolution: kOut of its outputs at 8·kWide pixels, weights kIn×9×kOut.
template <int kIn, int kOut, int kWide>
inline void filtered(const Around<kIn>& around, ptrdiff_t x, const float* weights,
                     const float* bias, Eight (&sums)[kOut][kWide]) {
#pragma GCC unroll 4
  for (int o = 0; o < kOut; ++o)
#pragma GCC unroll 4
    for (int k = 0; k < kWide; ++k) sums[o][k] = Eight::all(bias[o]);
  for (int line = 0; line < 3 * kIn; ++line) {
    const float* row = around.rows[line] + x - 1;
#pragma GCC unroll 3
    for (int dx = 0; dx < 3; ++dx, weights += kOut) {
      Eight seen[kWide];
#pragma GCC unroll 4
      for (int k = 0; k < kWide; ++k) seen[k] = Eight::of(row + dx + 8 * k);
#pragma GCC unroll 4
      for (int o = 0; o < kOut; ++o) {
        const Eight weight = Eight::all(weights[o]);
#pragma GCC unroll 4
        for (int k = 0; k < kWide; ++k) sums[o][k] = fused(weight, seen[k], sums[o][k]);
      }
    }
  }
}

// Row *y* of a plane of h×w, doubled bilinearly; *line* has room for w + 2.
void doubled(const float* plane, ptrdiff_t h, ptrdiff_t w, ptrdiff_t y, float* line,
             float* __restrict out) {
  const float* __restrict near = plane + y / 2 * w;
  const float* __restrict far = plane + bounded(y / 2 + (y % 2 ? 1 : -1), h) * w;
  float* __restrict mid = line + 1;
  for (ptrdiff_t x = 0; x < w; ++x) mid[x] = near[x] * 0.75f + far[x] * 0.25f;
  mid[-1] = mid[0];
  mid[w] = mid[w - 1];
  for (ptrdiff_t x = 0; x < w; ++x) {
    out[2 * x] = mid[x] * 0.75f + mid[x - 1] * 0.25f;
    out[2 * x + 1] = mid[x] * 0.75f + mid[x + 1] * 0.25f;
  }
}

constexpr int kSeen = kFine + 3 + kSides;

// What the correction reads of row *y*.
void read(const MattesJob& job, ptrdiff_t y, const Ring& seen, float* line) {
  const ptrdiff_t h = job.height / 2, w = job.width / 2;
  for (ptrdiff_t c = 0; c < kFine; ++c) doubled(job.fine + c * h * w, h, w, y, line, seen.at(y, c));
  for (ptrdiff_t c = 0; c < 3; ++c) {
    const float* __restrict from = job.picture + (c * job.height + y) * job.width;
    float* __restrict to = seen.at(y, kFine + c);
    for (ptrdiff_t x = 0; x < job.width; ++x) to[x] = (from[x] - 0.5f) * 2.0f;
  }
  for (ptrdiff_t c = 0; c < kSides; ++c)
    doubled(job.coarse + c * h * w, h, w, y, line, seen.at(y, kFine + 3 + c));
}

void middle(const MattesJob& job, ptrdiff_t y, const Ring& seen, const Ring& made) {
  const Eight none = Eight::all(0), any = Eight::all(3e38f);
  const Around<kSeen> around(seen, y);
  for (int o = 0; o < kMiddle; o += 4) {
    const float* weights = job.first + o * kSeen * 9;
    float* out[4];
    for (int k = 0; k < 4; ++k) out[k] = made.at(y, o + k);
    for (ptrdiff_t x = 0; x < job.width; x += 16) {
      Eight sums[4][2];
      filtered<kSeen, 4, 2>(around, x, weights, job.first_bias + o, sums);
      for (int k = 0; k < 4; ++k) {
        kept(sums[k][0], none, any).put(out[k] + x);
        kept(sums[k][1], none, any).put(out[k] + x + 8);
      }
    }
  }
}

void corrected(const MattesJob& job, ptrdiff_t y, const Ring& made, const Ring& seen) {
  const Around<kMiddle> around(made, y);
  for (ptrdiff_t x = 0; x < job.width; x += 16) {
    Eight sums[kSides][2];
    filtered<kMiddle, kSides, 2>(around, x, job.second, job.second_bias, sums);
    for (int c = 0; c < kSides; ++c) {
      const float* coarse = seen.at(y, kFine + 3 + c) + x;
      float* out = job.out + (c * job.height + y) * job.width + x;
      sum(Eight::of(coarse), sums[c][0]).put(out);
      sum(Eight::of(coarse + 8), sums[c][1]).put(out + 8);
    }
  }
}

// A block of the segmentation: each channel filtered, all mixed, and added to what came in.
void apart_row(const FigureJob& job, int block, ptrdiff_t y, const Ring& from, float* filtered_rows,
               const Ring& to) {
  const Eight none = Eight::all(0), six = Eight::all(6);
  const Around<kFigure> around(from, y);
  const float* bias = job.filter_bias + block * kFigure;
  for (ptrdiff_t c = 0; c < kFigure; ++c) {
    const float* weights = job.filter + (block * kFigure + c) * 9;
    for (ptrdiff_t x = 0; x < job.width; x += 8) {
      Eight made = Eight::all(bias[c]);
#pragma GCC unroll 9
      for (int k = 0; k < 9; ++k)
        made = fused(Eight::all(weights[k]), Eight::of(around.rows[3 * c + k / 3] + x + k % 3 - 1),
                     made);
      kept(made, none, six).put(filtered_rows + c * job.width + x);
    }
  }
  for (ptrdiff_t o = 0; o < kFigure; o += 4) {
    const float* weights = job.mix + (block * kFigure + o) * kFigure;
    const float* mixed_bias = job.mix_bias + block * kFigure + o;
    const float* before[4];
    float* out[4];
    for (int k = 0; k < 4; ++k) before[k] = from.at(y, o + k), out[k] = to.at(y, o + k);
    for (ptrdiff_t x = 0; x < job.width; x += 8) {
      Eight sums[4];
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) sums[k] = Eight::all(mixed_bias[k]);
      for (ptrdiff_t c = 0; c < kFigure; ++c) {
        const Eight seen = Eight::of(filtered_rows + c * job.width + x);
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) sums[k] = fused(Eight::all(weights[4 * c + k]), seen, sums[k]);
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k)
        kept(sum(Eight::of(before[k] + x), sums[k]), none, six).put(out[k] + x);
    }
  }
}

void last_row(const FigureJob& job, ptrdiff_t y, const Ring& from) {
  const Around<kFigure> around(from, y);
  for (ptrdiff_t x = 0; x < job.width; x += 16) {
    Eight sums[1][2];
    filtered<kFigure, 1, 2>(around, x, job.last, job.last_bias, sums);
    sums[0][0].put(job.out + y * job.width + x);
    sums[0][1].put(job.out + y * job.width + x + 8);
  }
}

}  // namespace

namespace KERNELS_ISA {

// A row is read ahead of the middle ones, and those ahead of what they make: three of each are
// held.
bool mattes(const MattesJob& job) {
  const Ring seen(kSeen, job.height, job.width), made(kMiddle, job.height, job.width);
  Rows<float> line(1, job.width / 2 + 2);
  if (!(seen.good() && made.good() && line.good())) return false;
  for (ptrdiff_t y = 0; y < job.height + 2; ++y) {
    if (y < job.height) read(job, y, seen, line[0]);
    if (y >= 1 && y <= job.height) middle(job, y - 1, seen, made);
    if (y >= 2) corrected(job, y - 2, made, seen);
  }
  return true;
}

bool figure(const FigureJob& job) {
  const ptrdiff_t h = job.height / 2, w = job.width / 2;
  const Ring soft(kFigure, job.height, job.width), one(kFigure, job.height, job.width),
      two(kFigure, job.height, job.width);
  Rows<float> line(1, w + 2), apart(kFigure, job.width);
  if (!(soft.good() && one.good() && two.good() && line.good() && apart.good())) return false;
  for (ptrdiff_t y = 0; y < job.height + 3; ++y) {
    for (ptrdiff_t c = 0; y < job.height && c < kFigure; ++c)
      doubled(job.soft + c * h * w, h, w, y, line[0], soft.at(y, c));
    if (y >= 1 && y <= job.height) apart_row(job, 0, y - 1, soft, apart[0], one);
    if (y >= 2 && y <= job.height + 1) apart_row(job, 1, y - 2, one, apart[0], two);
    if (y >= 3) last_row(job, y - 3, two);
  }
  return true;
}

}  // namespace KERNELS_ISA
}  // namespace kernels
