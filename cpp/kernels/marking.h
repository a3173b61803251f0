// The mark of a picture's channel: a number that other pixels do not have.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernels {

// What the numbers of a picture are.
enum class Kind { kFloat, kRounded, kHalf, kByte, kWord };

// Some rows and columns of a channel; strides are in bytes, and `x`, `y` is where it lies.
struct Pixels {
  const char* values;
  ptrdiff_t row, column;
  ptrdiff_t top, bottom, left, right;
  int64_t x, y;
  Kind kind;
};

// The sum, modulo 2^64, of a number for each pixel that is not 0, made of its value and its place:
// it does not depend on the order, on the window, or on what is 0 around.
//
// A float counts by its bits, a half by those of the float that it is (`kRounded`: of the half that
// the float becomes), a byte as the word of 16 bits that is as much of the largest.
uint64_t mark(const Pixels& pixels);

}  // namespace kernels
