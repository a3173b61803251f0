// exp and log of floats in plain arithmetic: the same bits on every processor, within two units in
// the last place, and loops over them are vectors.  Polynomials of S. L. Moshier's Cephes library
// (expf.c, logf.c).
#pragma once

#include <cstdint>

namespace kernels {
namespace {

inline int32_t bits_of(float x) {
  int32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline float float_of(int32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

// e to the power of x, for x up to 80; below -87 it is next to nothing.
inline float exp_of(float x) {
  x = x < -87.0f ? -87.0f : x;
  const float shift = 12582912.0f;
  const float n = (x * 1.44269504088896341f + shift) - shift;
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float y = 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  return y * float_of((static_cast<int32_t>(n) + 127) << 23);
}

// The natural logarithm of x, above 1e-37.
inline float log_of(float x) {
  const int32_t bits = bits_of(x);
  int32_t power = ((bits >> 23) & 255) - 126;
  float m = float_of((bits & 0x007fffff) | 0x3f000000);  // 0.5 up to 1
  const bool low = m < 0.707106781186547524f;
  const float e = static_cast<float>(low ? power - 1 : power);
  m = low ? m + m - 1.0f : m - 1.0f;
  const float z = m * m;
  float y = 7.0376836292e-2f;
  y = y * m - 1.1514610310e-1f;
  y = y * m + 1.1676998740e-1f;
  y = y * m - 1.2420140846e-1f;
  y = y * m + 1.4249322787e-1f;
  y = y * m - 1.6668057665e-1f;
  y = y * m + 2.0000714765e-1f;
  y = y * m - 2.4999993993e-1f;
  y = y * m + 3.3333331174e-1f;
  y = y * m * z;
  y = y + -2.12194440e-4f * e;
  y = y - 0.5f * z;
  return m + y + 0.693359375f * e;
}

}  // namespace
}  // namespace kernels
