// Layers packed into the channels of one picture: put side by side, and looked through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lines.h"

namespace kernels {

// Planes as the channels of a picture; strides are in bytes.
void interleave(const std::vector<Plane>& planes, ptrdiff_t height, ptrdiff_t width, char* out,
                ptrdiff_t row, ptrdiff_t column, ptrdiff_t channel);

// Of each channel of a picture the rows and columns (first and behind the last) outside of which it
// is 0; all 0 where it is 0 everywhere.
void box(const Plane& pixels, ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels,
         ptrdiff_t channel, int32_t* out);

}  // namespace kernels
