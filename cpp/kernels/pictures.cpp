// Whole pictures in one pass: values looked up, colours and alpha taken apart.
#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kSome = 512;

}  // namespace

namespace KERNELS_ISA {

bool look_up(const LookUpJob& job) {
  int32_t code[kSome];
  const float last = static_cast<float>(job.entries - 1), factor = job.factor;
  for (ptrdiff_t first = 0; first < job.count; first += kSome) {
    const ptrdiff_t count = job.count - first < kSome ? job.count - first : kSome;
    const float* __restrict values = job.values + first;
    float* __restrict out = job.out + first;
    for (ptrdiff_t k = 0; k < count; ++k)
      code[k] = static_cast<int32_t>(within(values[k] * factor + 0.5f, 0.0f, last));
    for (ptrdiff_t k = 0; k < count; ++k) out[k] = job.table[code[k]];
  }
  return true;
}

}  // namespace KERNELS_ISA

namespace {

// Whether all of some numbers are finite: no exponent is all ones.
bool finite(const float* values, ptrdiff_t count) {
  uint32_t bad = 0;
  for (ptrdiff_t k = 0; k < count; ++k) {
    uint32_t bits;
    __builtin_memcpy(&bits, values + k, sizeof bits);
    bad |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return bad == 0;
}

}  // namespace

namespace KERNELS_ISA {

bool take_apart(const TakeApartJob& job) {
  bool good = true;
  for (ptrdiff_t first = 0; good && first < job.count; first += kSome) {
    const ptrdiff_t count = job.count - first < kSome ? job.count - first : kSome;
    const float* __restrict values = job.values + 4 * first;
    float* __restrict colour = job.colour + 3 * first;
    good = finite(values, 4 * count);
    for (ptrdiff_t k = 0; k < count; ++k) {
      colour[3 * k] = values[4 * k];
      colour[3 * k + 1] = values[4 * k + 1];
      colour[3 * k + 2] = values[4 * k + 2];
    }
    if (!job.alpha) continue;
    float* __restrict alpha = job.alpha + first;
    for (ptrdiff_t k = 0; k < count; ++k) alpha[k] = within(values[4 * k + 3], 0.0f, 1.0f);
  }
  *job.finite = good;
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
