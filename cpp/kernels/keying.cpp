// The first pass of the keyer: which pixels are surely screen or subject, and the colours of these.
#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr float kSolid = 0.30f, kClear = 0.06f, kBright = 0.6f;

// One row in units of the screen's brightness.
struct Units {
  float *c0, *c1, *c2;  // colour
  float *s0, *s1, *s2;  // screen
};

// The channels of a row of colours, apart.
void apart(const float* __restrict row, ptrdiff_t width, float* __restrict r, float* __restrict g,
           float* __restrict b) {
  for (ptrdiff_t x = 0; x < width; ++x) {
    r[x] = row[3 * x];
    g[x] = row[3 * x + 1];
    b[x] = row[3 * x + 2];
  }
}

void divided(float* __restrict c0, float* __restrict c1, float* __restrict c2, float* __restrict s0,
             float* __restrict s1, float* __restrict s2, ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; ++x) {
    const float unit = 1.0f / most(most(most(s0[x], s1[x]), s2[x]), 1e-5f);
    s0[x] *= unit;
    s1[x] *= unit;
    s2[x] *= unit;
    c0[x] = within(c0[x] * unit, -8.0f, 1000.0f);
    c1[x] = within(c1[x] * unit, -8.0f, 1000.0f);
    c2[x] = within(c2[x] * unit, -8.0f, 1000.0f);
  }
}

void in_units(const float* light, const float* surface, ptrdiff_t width, const Units& to) {
  apart(light, width, to.c0, to.c1, to.c2);
  apart(surface, width, to.s0, to.s1, to.s2);
  divided(to.c0, to.c1, to.c2, to.s0, to.s1, to.s2, width);
}

struct Difference {
  float key, more;
};

template <bool Twin>
inline Difference difference(const Axis& axis, float high, float mid, float low) {
  const float sheared = mid - axis.shear * (high - low);
  const float less = least(sheared, low), more = most(sheared, low);
  const float one = high - (less + (more - less) * axis.balance);
  if (!Twin) return {one, more};
  const float both = (mid - low) * axis.unshear;
  return {one + axis.twin * (least(one, both) - one), more};
}

// The key signal, what the screen hardly lights, and 1 / |screen|².
template <bool Twin>
void signals(const Axis& axis, const Units& of, ptrdiff_t width, float* __restrict signal,
             float* __restrict more, float* __restrict own) {
  const float* c[] = {of.c0, of.c1, of.c2};
  const float* s[] = {of.s0, of.s1, of.s2};
  const float* __restrict ch = c[axis.high], * __restrict cm = c[axis.mid], * __restrict cl = c[axis.low];
  const float* __restrict sh = s[axis.high], * __restrict sm = s[axis.mid], * __restrict sl = s[axis.low];
  const float* __restrict s0 = of.s0, * __restrict s1 = of.s1, * __restrict s2 = of.s2;
  const Axis a = axis;
  for (ptrdiff_t x = 0; x < width; ++x) {
    const Difference seen = difference<Twin>(a, ch[x], cm[x], cl[x]);
    const float full = most(difference<Twin>(a, sh[x], sm[x], sl[x]).key, 1e-5f);
    signal[x] = seen.key / full * a.gain;
    more[x] = seen.more;
    own[x] = 1.0f / most(s0[x] * s0[x] + s1[x] * s1[x] + s2[x] * s2[x], 1e-6f);
  }
}

// Sums of three pixels beside one another; borders repeat the last pixel.
void beside(const float* __restrict row, ptrdiff_t width, double* __restrict sums) {
  const auto at = [&](ptrdiff_t x) { return static_cast<double>(row[bounded(x, width)]); };
  sums[0] = at(-1) + at(0) + at(1);
  for (ptrdiff_t x = 1; x < width - 1; ++x)
    sums[x] = static_cast<double>(row[x - 1]) + static_cast<double>(row[x]) +
              static_cast<double>(row[x + 1]);
  if (width > 1) sums[width - 1] = at(width - 2) + at(width - 1) + at(width);
}

// Means of 3×3 pixels from the sums of three rows.
void means(const double* __restrict above, const double* __restrict here,
           const double* __restrict below, ptrdiff_t width, float* __restrict to) {
  for (ptrdiff_t x = 0; x < width; ++x)
    to[x] = static_cast<float>((above[x] + here[x] + below[x]) * (1.0 / 9.0));
}

// Squared distance of a colour to the screen, which may shine from *low* to *high* times as bright.
inline float gap(float c0, float c1, float c2, float s0, float s1, float s2, float own, float low,
                 float high) {
  const float shine = within((c0 * s0 + c1 * s1 + c2 * s2) * own, low, high);
  const float g0 = s0 * shine - c0, g1 = s1 * shine - c1, g2 = s2 * shine - c2;
  return g0 * g0 + g1 * g1 + g2 * g2;
}

// Some columns of a picture, from .. to, and those that they see, left .. right.
struct Span {
  ptrdiff_t left, from, to, right;
};

struct Row {
  Units units;
  float *signal, *more, *own;
  double* sums[4];
};

// The masks of one row of some columns; its numbers begin with the leftmost that is seen.
void masks(const SureJob& job, const Row& row, const float* const mean[4], ptrdiff_t y,
           const Span& span) {
  const float *__restrict c0 = row.units.c0, *__restrict c1 = row.units.c1, *__restrict c2 = row.units.c2;
  const float *__restrict s0 = row.units.s0, *__restrict s1 = row.units.s1, *__restrict s2 = row.units.s2;
  const float* __restrict m0 = mean[0], * __restrict m1 = mean[1], * __restrict m2 = mean[2], * __restrict ms = mean[3];
  const float* __restrict own = row.own, * __restrict more = row.more;
  const ptrdiff_t first = y * job.width + span.left;
  const float* __restrict depth = job.depth + 2 * first;
  uint8_t* __restrict subject = job.subject + first, * __restrict screen = job.screen + first;
  const float near = job.near, point = job.point;
  const float* __restrict slack = job.slack ? job.slack + 2 * first : nullptr;
  // bytes that are written might else be of the job itself
  const ptrdiff_t from = span.from - span.left, to = span.to - span.left;
  for (ptrdiff_t x = from; x < to; ++x) {
    const float opaque = kSolid + kBright * most(more[x] - 1.0f, 0.0f);
    const float limit = most(kClear + (opaque - kClear) * depth[2 * x], depth[2 * x + 1]);
    subject[x] = ms[x] < limit;
  }
  if (slack) {
    for (ptrdiff_t x = from; x < to; ++x) {
      const float low = slack[2 * x], high = 1.5f * slack[2 * x + 1];
      screen[x] = (gap(m0[x], m1[x], m2[x], s0[x], s1[x], s2[x], own[x], low, high) < near) &
                  (gap(c0[x], c1[x], c2[x], s0[x], s1[x], s2[x], own[x], low, high) < point);
    }
    return;
  }
  for (ptrdiff_t x = from; x < to; ++x)
    screen[x] = (gap(m0[x], m1[x], m2[x], s0[x], s1[x], s2[x], own[x], 1.0f, 1.5f) < near) &
                (gap(c0[x], c1[x], c2[x], s0[x], s1[x], s2[x], own[x], 1.0f, 1.5f) < point);
}

constexpr int kPlanes = 9;
constexpr ptrdiff_t kColumns =
    256;  // worked on together, so that their rows stay near the processor

// The masks of some columns, row by row; *rows* and *sums* are memory for three rows and four
// means.
void sure_columns(const SureJob& job, const Span& span, const Rows<float>& rows,
                  const Rows<double>& sums) {
  const ptrdiff_t width = span.right - span.left;
  Row ring[3];
  for (int k = 0; k < 3; ++k) {
    const int at = k * kPlanes;
    ring[k] = {{rows[at], rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4], rows[at + 5]},
               rows[at + 6],
               rows[at + 7],
               rows[at + 8],
               {sums[4 * k], sums[4 * k + 1], sums[4 * k + 2], sums[4 * k + 3]}};
  }
  const int last = 3 * kPlanes;
  float* const mean[4] = {rows[last], rows[last + 1], rows[last + 2], rows[last + 3]};
  for (ptrdiff_t next = 0; next <= job.height; ++next) {
    if (next < job.height) {
      const Row& row = ring[next % 3];
      const ptrdiff_t first = 3 * (next * job.width + span.left);
      in_units(job.light + first, job.surface + first, width, row.units);
      (job.axis.twin > 0 ? signals<true> : signals<false>)(job.axis, row.units, width, row.signal,
                                                           row.more, row.own);
      const float* const of[4] = {row.units.c0, row.units.c1, row.units.c2, row.signal};
      for (int k = 0; k < 4; ++k) beside(of[k], width, row.sums[k]);
    }
    if (next == 0) continue;
    const ptrdiff_t y = next - 1;
    const Row &above = ring[bounded(y - 1, job.height) % 3], &here = ring[y % 3],
              &below = ring[bounded(y + 1, job.height) % 3];
    for (int k = 0; k < 4; ++k) means(above.sums[k], here.sums[k], below.sums[k], width, mean[k]);
    masks(job, here, mean, y, span);
  }
}

}  // namespace

namespace KERNELS_ISA {

bool sure(const SureJob& job) {
  const Rows<float> rows(3 * kPlanes + 4, kColumns + 2);
  const Rows<double> sums(3 * 4, kColumns + 2);
  if (!rows.good() || !sums.good()) return false;
  for (ptrdiff_t from = 0; from < job.width; from += kColumns) {
    const ptrdiff_t to = from + kColumns < job.width ? from + kColumns : job.width;
    sure_columns(job, {bounded(from - 1, job.width), from, to, bounded(to, job.width) + 1}, rows,
                 sums);
  }
  return true;
}

}  // namespace KERNELS_ISA

namespace {

// A row's weighted colours, added to the lines of its cells.
void weigh(const Units& of, const float* __restrict subject, const float* __restrict screen,
           ptrdiff_t width, const Rows<float>& lines) {
  const float* colour[3] = {of.c0, of.c1, of.c2};
  const float* behind[3] = {of.s0, of.s1, of.s2};
  float* __restrict mass = lines[0], * __restrict bare = lines[10];
  for (ptrdiff_t x = 0; x < width; ++x) {
    mass[x] += subject[x];
    bare[x] += screen[x];
  }
  for (int i = 0, k = 4; i < 3; ++i) {
    const float* __restrict one = colour[i], * __restrict surface = behind[i];
    float* __restrict plain = lines[1 + i], * __restrict off = lines[11 + i];
    for (ptrdiff_t x = 0; x < width; ++x) {
      plain[x] += one[x] * subject[x];
      off[x] += (one[x] - surface[x]) * screen[x];
    }
    for (int j = i; j < 3; ++j, ++k) {
      const float* __restrict other = colour[j];
      float* __restrict to = lines[k];
      for (ptrdiff_t x = 0; x < width; ++x) to[x] += one[x] * subject[x] * other[x];
    }
  }
}

// Means of cells from the sums of their columns: each is summed from the left.
void across(const Rows<float>& lines, ptrdiff_t columns, ptrdiff_t size, float* sums) {
  const float share = static_cast<float>(1.0 / static_cast<double>(size * size));
  for (int k = 0; k < kFields; ++k) {
    const float* line = lines[k];
    for (ptrdiff_t cell = 0; cell < columns; ++cell) {
      float total = line[cell * size];
      for (ptrdiff_t x = 1; x < size; ++x) total += line[cell * size + x];
      sums[cell * kFields + k] = total * share;
    }
  }
}

}  // namespace

namespace KERNELS_ISA {

bool gather(const GatherJob& job) {
  const ptrdiff_t size = job.cell, all = (job.width + size - 1) / size;
  const ptrdiff_t some = kColumns > size ? kColumns / size : 1;  // cells worked on together
  const Rows<float> rows(6, some * size), lines(kFields, some * size);
  if (!rows.good() || !lines.good()) return false;
  const Units units = {rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]};
  for (ptrdiff_t top = 0; top < job.height; top += size) {
    const ptrdiff_t bottom = top + size < job.height ? top + size : job.height;
    for (ptrdiff_t cell = 0; cell < all; cell += some) {
      const ptrdiff_t left = cell * size, cells = cell + some < all ? some : all - cell;
      const ptrdiff_t width = left + cells * size < job.width ? cells * size : job.width - left;
      for (ptrdiff_t k = 0; k < kFields * some * size; ++k) lines.memory[k] = 0.0f;
      for (ptrdiff_t y = top; y < bottom; ++y) {
        const ptrdiff_t first = y * job.width + left;
        in_units(job.light + 3 * first, job.surface + 3 * first, width, units);
        weigh(units, job.subject + first, job.screen + first, width, lines);
      }
      across(lines, cells, size, job.sums + (top / size * all + cell) * kFields);
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
