// Shares of labels by their logits, pixel by pixel (softmax), and their means of squares of pixels.
#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kSome = 256;

void shared(const SoftmaxJob& job, ptrdiff_t first, ptrdiff_t count) {
  const ptrdiff_t size = job.height * job.width;
  float top[kSome], total[kSome];
  for (ptrdiff_t k = 0; k < count; ++k) top[k] = job.logits[first + k];
  for (ptrdiff_t label = 1; label < job.labels; ++label) {
    const float* __restrict from = job.logits + label * size + first;
    for (ptrdiff_t k = 0; k < count; ++k) top[k] = most(top[k], from[k]);
  }
  for (ptrdiff_t k = 0; k < count; ++k) total[k] = 0;
  for (ptrdiff_t label = 0; label < job.labels; ++label) {
    const float* __restrict from = job.logits + label * size + first;
    float* __restrict to = job.shares + label * size + first;
    for (ptrdiff_t k = 0; k < count; ++k) {
      to[k] = exp_of(from[k] - top[k]);
      total[k] += to[k];
    }
  }
  for (ptrdiff_t k = 0; k < count; ++k) total[k] = 1.0f / total[k];
  for (ptrdiff_t label = 0; label < job.labels; ++label) {
    float* __restrict to = job.shares + label * size + first;
    for (ptrdiff_t k = 0; k < count; ++k) to[k] *= total[k];
  }
}

void pool(const SoftmaxJob& job, ptrdiff_t row) {
  const ptrdiff_t wide = job.width / 4;
  for (ptrdiff_t label = 0; label < job.labels; ++label) {
    const float* __restrict from = job.shares + (label * job.height + 4 * row) * job.width;
    float* __restrict to = job.pooled + (label * (job.height / 4) + row) * wide;
    for (ptrdiff_t x = 0; x < wide; ++x) {
      float made = 0;
      for (int k = 0; k < 16; ++k) made += from[k / 4 * job.width + 4 * x + k % 4];
      to[x] = made * 0.0625f;
    }
  }
}

}  // namespace

namespace KERNELS_ISA {

bool softmax(const SoftmaxJob& job) {
  const ptrdiff_t size = job.height * job.width;
  for (ptrdiff_t first = 0; first < size; first += kSome)
    shared(job, first, size - first < kSome ? size - first : kSome);
  for (ptrdiff_t row = 0; job.pooled && row < job.height / 4; ++row) pool(job, row);
  return true;
}

}  // namespace KERNELS_ISA
}  // namespace kernels
