// Which part a pixel is: shares of parts made firmer, and as the frames around keep them.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 256;  // pixels: a block of all parts stays near the processor
constexpr float kTiny = 1e-9f, kHuge = 1e30f;
constexpr float kNothing = 1e-6f;  // what is less has no power that is a normal number

// The shares of a block beside its highest one, to the power of six or as they are, and what they
// add up to.
template <bool Powered>
void beside_highest(const float* shares, const int32_t* rows, ptrdiff_t parts, ptrdiff_t stride,
                    ptrdiff_t size, float* out, ptrdiff_t out_stride, const int32_t* out_rows,
                    float* __restrict sums) {
  float highest[kBlock];
  for (ptrdiff_t j = 0; j < size; ++j) highest[j] = kTiny;
  for (ptrdiff_t j = 0; j < size; ++j) sums[j] = 0.0f;
  for (ptrdiff_t k = 0; k < parts; ++k) {
    const float* __restrict share = shares + rows[k] * stride;
    for (ptrdiff_t j = 0; j < size; ++j) highest[j] = most(highest[j], share[j]);
  }
  for (ptrdiff_t k = 0; k < parts; ++k) {
    const float* __restrict share = shares + rows[k] * stride;
    float* __restrict made = out + (out_rows ? out_rows[k] : k) * out_stride;
    for (ptrdiff_t j = 0; j < size; ++j) {
      const float one = share[j] / highest[j];
      made[j] = Powered && one < kNothing ? 0.0f : one;
    }
    for (ptrdiff_t j = 0; j < size; ++j) {  // by itself: else powers of nothing are made, and slow
      float one = made[j];
      if (Powered) {
        one *= one * one;
        one *= one;
      }
      made[j] = one;
      sums[j] += one;
    }
  }
  for (ptrdiff_t j = 0; j < size; ++j) sums[j] = most(sums[j], kTiny);
}

bool any_above(const float* values, ptrdiff_t size, float limit) {
  bool found = false;
  for (ptrdiff_t j = 0; j < size; ++j) found |= values[j] > limit;
  return found;
}

}  // namespace

namespace KERNELS_ISA {

bool harden(const HardenJob& job) {
  float sums[kBlock];
  for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
    const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
    (job.powered ? beside_highest<true>
                 : beside_highest<false>)(job.shares + from, job.rows, job.parts, job.count, size,
                                          job.out + from, job.count, job.rows, sums);
    for (ptrdiff_t k = 0; k < job.parts; ++k) {
      float* __restrict made = job.out + job.rows[k] * job.count + from;
      for (ptrdiff_t j = 0; j < size; ++j) made[j] /= sums[j];
    }
  }
  return true;
}

bool vote(const VoteJob& job) {
  Rows<float> hard(job.parts, kBlock);
  if (job.parts && !hard.good()) return false;
  float sums[kBlock];
  const float even =
      12582912.0f;  // added and taken away it rounds to whole numbers, halves to even
  for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
    const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
    for (ptrdiff_t k = 0; k < job.parts; ++k) {
      const float* __restrict share = job.shares + job.rows[k] * job.count + from;
      uint8_t* __restrict code = job.codes + k * job.count + from;
      for (ptrdiff_t j = 0; j < size; ++j)
        code[j] = static_cast<uint8_t>(static_cast<int32_t>((share[j] * 255.0f + even) - even));
    }
    int32_t label[kBlock];  // as wide as what it is chosen by
    for (ptrdiff_t j = 0; j < size; ++j) label[j] = job.open;
    const float* __restrict near = job.near + from;
    if (job.parts && any_above(near, size, job.faint)) {
      (job.powered ? beside_highest<true> : beside_highest<false>)(job.shares + from, job.rows,
                                                                   job.parts, job.count, size,
                                                                   hard[0], kBlock, nullptr, sums);
      for (ptrdiff_t j = 0; j < size; ++j)  // nothing is sure where nobody is near
        sums[j] = near[j] > job.faint ? sums[j] : kHuge;
      for (ptrdiff_t k = 0; k < job.parts; ++k) {
        const float* __restrict mine = hard[k];
        const int32_t row = job.rows[k];
        for (ptrdiff_t j = 0; j < size; ++j)
          label[j] = mine[j] / sums[j] >= job.least ? row : label[j];
      }
    }
    uint8_t* __restrict sure = job.sure + from;
    for (ptrdiff_t j = 0; j < size; ++j) sure[j] = static_cast<uint8_t>(label[j]);
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
