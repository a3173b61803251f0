// Borrowed pixels as numpy arrays.
#pragma once

#include <atomic>
#include <memory>

#include "blocks.h"
#include "engine_api.h"
#include "python.h"

namespace anatomatte::embed {

// Counts the arrays of one call that Python still holds: they end with the call.
using Borrowed = std::shared_ptr<std::atomic<int>>;

// {"pixels": H×W×C array, top row first, on the host's memory; "bounds", "rod", "premult",
// "aspect", "kept": whether the array may be kept where it lies}.
py::dict picture(const AnmImage& image, bool writable, const Borrowed& borrowed);

// The same on memory of our own, which goes with the array.
py::dict own_picture(const AnmImage& image, Block memory);

// The same where `kept` came from the picture's `keep`.
py::dict kept_picture(const AnmImage& image, void* kept);

// {name: bool | int | float | str | (r, g, b)}
py::dict values_of(const AnmValue* values, int32_t count);

}  // namespace anatomatte::embed
