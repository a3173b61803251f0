// Half floats: what a number becomes when it is written as one, and what it is when it is read
// again.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace kernels {

inline uint32_t bits_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// The nearest half, of two the even one; beyond the largest it is the largest.
inline uint16_t half_of(float value) {
  constexpr float kMost = 65504;
  const uint32_t sign = bits_of(value) >> 16 & 0x8000;
  const float size = std::min(std::fabs(value), kMost);
  const uint32_t bits = bits_of(size);
  const uint32_t small = bits_of(size + 0.5f) - bits_of(0.5f);  // below the smallest normal one
  const uint32_t usual = (bits + ((15u - 127u) << 23) + 0xfff + (bits >> 13 & 1)) >> 13;
  return static_cast<uint16_t>(sign | (bits < 0x38800000 ? small : usual));
}

// The bits of the float that is the half that a number becomes.
inline uint32_t rounded(float value) {
  constexpr float kMost = 65504;
  const uint32_t sign = bits_of(value) & 0x80000000;
  const float size = std::min(std::fabs(value), kMost);
  const uint32_t bits = bits_of(size);
  const uint32_t small = bits_of((size + 0.5f) - 0.5f);
  const uint32_t usual = (bits + 0xfff + (bits >> 13 & 1)) & ~0x1fffu;
  return sign | (bits < 0x38800000 ? small : usual);
}

// The bits of a half as a float, which holds every half.
inline uint32_t widened(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16, size = half & 0x7fffu;
  if (size >= 0x7c00) return sign | 0x7f800000 | (size & 0x3ff) << 13;
  if (size >= 0x400) return sign | (size + (112u << 10)) << 13;
  return sign | bits_of(static_cast<float>(size) * 0x1p-24f);
}

}  // namespace kernels
