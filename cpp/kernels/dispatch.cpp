// Which loops this processor takes.
#include <cstdlib>
#include <cstring>

#include "kernels.h"

namespace kernels {
namespace {

#define KERNELS_TABLE(isa) \
  {isa::sure, isa::gather, isa::look_up, isa::take_apart, isa::between_sides, isa::mixtures}

const Loops kPlain = KERNELS_TABLE(plain);

#ifdef KERNELS_AVX2
const Loops kAvx2 = KERNELS_TABLE(avx2);

// ANATOMATTE_KERNELS=plain asks for those that run everywhere: tests compare both.
bool wide() {
  const char* asked = std::getenv("ANATOMATTE_KERNELS");
  return !(asked && std::strcmp(asked, "plain") == 0) && __builtin_cpu_supports("avx2");
}

const bool g_wide = wide();
#else
const Loops& kAvx2 = kPlain;
const bool g_wide = false;
#endif

}  // namespace

const Loops& loops() { return g_wide ? kAvx2 : kPlain; }

const char* isa() { return g_wide ? "avx2" : "plain"; }

}  // namespace kernels
