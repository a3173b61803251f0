// Lines of an EXR: where planes are not 0, and what ZIP makes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kernels {

// A plane of numbers, in rows; strides are in bytes.
struct Plane {
  const char* values;
  ptrdiff_t row, column;

  float at(ptrdiff_t y, ptrdiff_t x) const {
    return *reinterpret_cast<const float*>(values + y * row + x * column);
  }
};

// A plane among the channels of a line: `first` is its word of 16 bits, a number takes 1 or 2 of
// them, and outside of columns `from` to `to` it is 0.
struct Channel {
  Plane plane;
  ptrdiff_t first, size, from, to;
};

// Of some rows the columns outside of which a plane is 0, none where both are 0; false: some are
// no numbers.
bool span(const Plane& plane, ptrdiff_t top, ptrdiff_t bottom, ptrdiff_t width, int32_t* out);

// Blocks of lines as they stand in a file: number of the first line, bytes, ZIP or what it is
// made of where that is no longer.
//
// `channels` are in the order of their words; `number` is that of the line `from` of a file.
std::vector<uint8_t> packed(const std::vector<Channel>& channels, ptrdiff_t words, ptrdiff_t from,
                            ptrdiff_t to, ptrdiff_t block, int32_t number,
                            std::vector<int64_t>* sizes);

}  // namespace kernels
