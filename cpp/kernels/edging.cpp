// The edge of people in some rows of a plate: its pixels are found, and solved between both sides
// (people/edge.py).
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kSome = 512;

// Cells beside a line of the plate, and how far it is from the first of them.
struct Beside {
  ptrdiff_t first, second;
  float away;
};

inline Beside cells_at(ptrdiff_t line, double scale, ptrdiff_t size) {
  const double place = (static_cast<double>(line) + 0.5) * scale - 0.5;
  const double most_of_all = static_cast<double>(size - 1);
  const auto at = static_cast<float>(place < 0 ? 0 : place > most_of_all ? most_of_all : place);
  const auto first = static_cast<ptrdiff_t>(at);
  return {first, first + 1 < size ? first + 1 : first, at - static_cast<float>(first)};
}

// Some pixels of the edge, and what is known of them.
struct Pixels {
  float colour[3 * kSome], shown[3 * kSome], fields[12 * kSome], prior[kSome];
  float alpha[kSome], inside[3 * kSome], back[3 * kSome], plain[3 * kSome];
  ptrdiff_t row[kSome], column[kSome];
};

// Both sides' fields at pixels of a row and others, twelve planes of *count*.
void looked_up(const EdgesJob& job, ptrdiff_t count, Pixels& at) {
  const double down = static_cast<double>(job.cells_high) / static_cast<double>(job.height);
  const double across = static_cast<double>(job.cells_wide) / static_cast<double>(job.width);
  for (ptrdiff_t k = 0; k < count; ++k) {
    const Beside y = cells_at(job.y + at.row[k], down, job.cells_high);
    const Beside x = cells_at(job.x + at.column[k], across, job.cells_wide);
    const ptrdiff_t above = y.first * job.cells_wide, below = y.second * job.cells_wide;
    for (ptrdiff_t four = 0; four < 3; ++four) {
      const float* plane = job.fields + four * job.cells_high * job.cells_wide * 4;
      const float* c0 = plane + 4 * (above + x.first);
      const float* c1 = plane + 4 * (above + x.second);
      const float* c2 = plane + 4 * (below + x.first);
      const float* c3 = plane + 4 * (below + x.second);
      for (ptrdiff_t c = 0; c < 4; ++c) {
        const float high = c0[c] + x.away * (c1[c] - c0[c]);
        const float low = c2[c] + x.away * (c3[c] - c2[c]);
        at.fields[(4 * four + c) * count + k] = high + y.away * (low - high);
      }
    }
  }
}

}  // namespace

namespace KERNELS_ISA {

namespace {

void solve_some(const EdgesJob& job, ptrdiff_t count, ptrdiff_t first, Pixels& at) {
  for (ptrdiff_t k = 0; k < count; ++k) {
    const float* from = job.light + at.row[k] * job.light_stride + 3 * at.column[k];
    for (ptrdiff_t c = 0; c < 3; ++c) at.colour[3 * k + c] = from[c];
  }
  opponent({at.colour, job.to_opponent, count, job.top, at.shown});
  looked_up(job, count, at);
  between_sides({at.shown, at.fields, at.prior, count, at.alpha, at.inside});
  light({at.inside, job.to_light, count, 0, at.back});
  light({at.shown, job.to_light, count, 0, at.plain});
  float* __restrict lit = job.lit + 3 * first;
  for (ptrdiff_t k = 0; k < 3 * count; ++k)
    lit[k] = most(at.back[k], 0.0f) + (at.colour[k] - at.plain[k]);
  for (ptrdiff_t k = 0; k < count; ++k) {
    job.place[first + k] = (job.y + at.row[k]) * job.width + job.x + at.column[k];
    job.total[at.row[k] * job.total_stride + at.column[k]] = at.alpha[k];
  }
}

}  // namespace

bool edges(const EdgesJob& job) {
  Rows<Pixels> memory(1, 1);
  if (!memory.good()) return false;
  Pixels& at = memory[0][0];
  ptrdiff_t count = 0, first = 0;
  for (ptrdiff_t y = 0; y < job.rows; ++y) {
    const float* prior = job.prior + y * job.prior_stride;
    float* __restrict total = job.total + y * job.total_stride;
    for (ptrdiff_t x = 0; x < job.columns; ++x) total[x] = prior[x] >= 0.5f ? 1.0f : 0.0f;
  }
  for (ptrdiff_t y = 0; y < job.rows; ++y) {
    const float* prior = job.prior + y * job.prior_stride;
    for (ptrdiff_t x = 0; x < job.columns; ++x) {
      if (!(prior[x] > job.low && prior[x] < job.high)) continue;
      at.row[count] = y;
      at.column[count] = x;
      at.prior[count] = prior[x];
      if (++count < kSome) continue;
      solve_some(job, count, first, at);
      first += count;
      count = 0;
    }
  }
  if (count) solve_some(job, count, first, at);
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
