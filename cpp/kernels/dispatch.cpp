// Which loops this processor takes.
#include <cstdlib>
#include <cstring>

#ifdef KERNELS_AVX2
#include <cpuid.h>
#endif

#include "kernels.h"

namespace kernels {
namespace {

#define KERNELS_TABLE(isa)                                                                  \
  {                                                                                         \
      isa::sure,       isa::gather,    isa::look_up,       isa::take_apart, isa::raise,     \
      isa::apart,      isa::step,      isa::between_sides, isa::mixtures,   isa::join,      \
      isa::grow,       isa::opponent,  isa::light,         isa::luma,       isa::bright,    \
      isa::harden,     isa::vote,      isa::ramp,          isa::extremes,   isa::along,     \
      isa::draw,       isa::rests,     isa::hear,          isa::fit,        isa::lay,       \
      isa::take_tiles, isa::put_tiles, isa::calm,          isa::shrink,     isa::edges,     \
      isa::mattes,     isa::figure,    isa::softmax,       isa::place,      isa::doubt,     \
      isa::sample,     isa::begin,     isa::whiten,        isa::dense,      isa::steps,     \
      isa::border,     isa::means,     isa::answer,        isa::take,       isa::gather_up, \
      isa::likeliest,  isa::carry_on,  isa::openness,      isa::resemble}

const Loops kPlain = KERNELS_TABLE(plain);

#ifdef KERNELS_AVX2
const Loops kAvx2 = KERNELS_TABLE(avx2);

// Whether the processor has AVX2 and fused products, as nearly every one with AVX2, and the
// system keeps its registers. The processor itself is asked:
// __builtin_cpu_supports needs a symbol that a shared module built by zig cannot have.
bool has_avx2() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX) || !(c & bit_FMA))
    return false;
  unsigned low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr unsigned kVectors = 0x6;  // the registers of SSE and of AVX
  if ((low & kVectors) != kVectors) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

// ANATOMATTE_KERNELS=plain asks for those that run everywhere: tests compare both.
bool wide() {
  const char* asked = std::getenv("ANATOMATTE_KERNELS");
  return !(asked && std::strcmp(asked, "plain") == 0) && has_avx2();
}

const bool g_wide = wide();
#else
const Loops& kAvx2 = kPlain;
const bool g_wide = false;
#endif

}  // namespace

const Loops& loops() { return g_wide ? kAvx2 : kPlain; }

const char* isa() { return g_wide ? "avx2" : "plain"; }

bool fuses() {
#ifdef __FP_FAST_FMAF
  return true;
#else
  return g_wide;
#endif
}

}  // namespace kernels
