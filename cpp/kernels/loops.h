// What the loops share.  Nothing from the standard library that the compiler might emit as a
// function of its own: compiled for AVX2 it could be the one that the linker keeps for every
// processor.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace kernels {
namespace {

inline float least(float a, float b) { return a < b ? a : b; }
inline float most(float a, float b) { return a > b ? a : b; }
inline float within(float x, float low, float high) { return least(most(x, low), high); }
inline ptrdiff_t bounded(ptrdiff_t at, ptrdiff_t size) {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}

// Rows of numbers in one piece of memory, given back at the end; `good` tells whether it was to be
// had.
template <typename Number>
struct Rows {
  Rows(ptrdiff_t count, ptrdiff_t width)
      : width(width), memory(static_cast<Number*>(std::malloc(sizeof(Number) * count * width))) {}
  ~Rows() { std::free(memory); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  Number* operator[](ptrdiff_t row) const { return memory + row * width; }
  bool good() const { return memory != nullptr; }

  ptrdiff_t width;
  Number* memory;
};

}  // namespace
}  // namespace kernels
