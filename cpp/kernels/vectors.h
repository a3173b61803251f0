// Eight floats side by side, and a product added to a third in one rounding: the same bits with the
// instruction for it and without.
#pragma once

#include <cstddef>

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace kernels {
namespace {

#ifdef __AVX2__

struct Eight {
  __m256 at;
  static Eight of(const float* from) { return {_mm256_loadu_ps(from)}; }
  static Eight all(float x) { return {_mm256_set1_ps(x)}; }
  void put(float* to) const { _mm256_storeu_ps(to, at); }
};

inline Eight fused(Eight a, Eight b, Eight c) { return {_mm256_fmadd_ps(a.at, b.at, c.at)}; }
inline Eight kept(Eight a, Eight low, Eight high) {
  return {_mm256_min_ps(_mm256_max_ps(a.at, low.at), high.at)};
}
inline Eight sum(Eight a, Eight b) { return {_mm256_add_ps(a.at, b.at)}; }

#else

struct Eight {
  float at[8];
  static Eight of(const float* from) {
    Eight made;
    for (int k = 0; k < 8; ++k) made.at[k] = from[k];
    return made;
  }
  static Eight all(float x) {
    Eight made;
    for (float& one : made.at) one = x;
    return made;
  }
  void put(float* to) const {
    for (int k = 0; k < 8; ++k) to[k] = at[k];
  }
};

inline Eight fused(Eight a, Eight b, Eight c) {
  for (int k = 0; k < 8; ++k) c.at[k] = __builtin_fmaf(a.at[k], b.at[k], c.at[k]);
  return c;
}
inline Eight kept(Eight a, Eight low, Eight high) {
  for (int k = 0; k < 8; ++k) {
    const float x = a.at[k] > low.at[k] ? a.at[k] : low.at[k];
    a.at[k] = x < high.at[k] ? x : high.at[k];
  }
  return a;
}
inline Eight sum(Eight a, Eight b) {
  for (int k = 0; k < 8; ++k) a.at[k] += b.at[k];
  return a;
}

#endif

}  // namespace
}  // namespace kernels
