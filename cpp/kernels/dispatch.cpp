#include <cstdlib>
#include <cstring>

#include "kernels.h"

namespace kernels {
namespace {

// ANATOMATTE_KERNELS=plain asks for those that run everywhere: tests compare both.
bool avx2() {
#ifdef KERNELS_AVX2
  const char* asked = std::getenv("ANATOMATTE_KERNELS");
  return !(asked && std::strcmp(asked, "plain") == 0) && __builtin_cpu_supports("avx2");
#else
  return false;
#endif
}

const bool g_avx2 = avx2();

}  // namespace

const Loops& loops() {
#ifdef KERNELS_AVX2
  if (g_avx2) return avx2_loops;
#endif
  return plain_loops;
}

const char* isa() { return g_avx2 ? "avx2" : "plain"; }

}  // namespace kernels
