// Pixels and the regions that they are of: means over regions, and what a pixel takes from its own.
#include <cstdint>

#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 256, kTogether = 4;

// Sums over regions of some rows at once: of the same pixel they do not wait for one another.
template <int kRows>
void add_rows(const MeansJob& job, ptrdiff_t row, double* __restrict sums) {
  const float* values = job.values + row * job.count;
  for (ptrdiff_t k = 0; k < job.regions * kRows; ++k) sums[k] = 0.0;
  for (ptrdiff_t j = 0; j < job.count; ++j) {
    double* to = sums + job.of[j] * kRows;
    for (int k = 0; k < kRows; ++k)
      to[k] += static_cast<double>(values[k * job.count + j] * job.weight[j]);
  }
  for (int k = 0; k < kRows; ++k)
    for (ptrdiff_t r = 0; r < job.regions; ++r)
      job.out[(row + k) * job.regions + r] =
          static_cast<float>(sums[r * kRows + k] / (job.mass[r] > 1e-6 ? job.mass[r] : 1e-6));
}

}  // namespace

namespace KERNELS_ISA {

bool means(const MeansJob& job) {
  Rows<double> sums(kTogether, job.regions);
  if (job.regions && !sums.good()) return false;
  for (ptrdiff_t r = 0; r < job.regions; ++r) job.mass[r] = 0.0;
  for (ptrdiff_t j = 0; j < job.count; ++j)
    job.mass[job.of[j]] += static_cast<double>(job.weight[j]);
  ptrdiff_t row = 0;
  for (; row + kTogether <= job.rows; row += kTogether) add_rows<kTogether>(job, row, sums[0]);
  for (; row < job.rows; ++row) add_rows<1>(job, row, sums[0]);
  return true;
}

bool answer(const AnswerJob& job) {
  float highest[kBlock], sums[kBlock];
  for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
    const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
    const int32_t* __restrict of = job.of + from;
    for (ptrdiff_t j = 0; j < size; ++j) highest[j] = job.own[from + j];
    for (ptrdiff_t j = 0; j < size; ++j) sums[j] = 0.0f;
    for (ptrdiff_t k = 1; k < job.rows; ++k) {
      const float* __restrict own = job.own + k * job.count + from;
      for (ptrdiff_t j = 0; j < size; ++j) highest[j] = most(highest[j], own[j]);
    }
    for (ptrdiff_t k = 0; k < job.rows; ++k) {
      const float* __restrict own = job.own + k * job.count + from;
      const float* __restrict found = job.found + k * job.regions;
      float* __restrict out = job.out + k * job.count + from;
      for (ptrdiff_t j = 0; j < size; ++j)
        out[j] = exp_of(job.power * (own[j] - highest[j])) + job.floor;
      for (ptrdiff_t j = 0; j < size; ++j) {
        out[j] *= found[of[j]];
        sums[j] += out[j];
      }
    }
    for (ptrdiff_t k = 0; k < job.rows; ++k) {
      float* __restrict out = job.out + k * job.count + from;
      for (ptrdiff_t j = 0; j < size; ++j) out[j] /= sums[j];
    }
  }
  return true;
}

bool openness(const OpennessJob& job) {
  constexpr ptrdiff_t kLanes = 8;  // sums side by side, and these in their order
  for (ptrdiff_t k = 0; k < job.rows; ++k) {
    const float* share = job.shares + k * job.count;
    double mass[kLanes] = {}, open[kLanes] = {};
    for (ptrdiff_t from = 0; from < job.count; from += kLanes) {
      const ptrdiff_t size = from + kLanes < job.count ? kLanes : job.count - from;
      for (ptrdiff_t j = 0; j < size; ++j) {
        const float one = share[from + j] * job.cover[from + j];
        const bool between = (share[from + j] > job.low) & (share[from + j] < job.high);
        mass[j] += static_cast<double>(one);
        open[j] += static_cast<double>(between ? one : 0.0f);
      }
    }
    job.mass[k] = job.open[k] = 0.0;
    for (ptrdiff_t j = 0; j < kLanes; ++j) {
      job.mass[k] += mass[j];
      job.open[k] += open[j];
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
