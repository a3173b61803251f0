// One frame as a message: the plain facts in the body, the pixels in shared memory.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "engine_api.h"
#include "wire.h"

namespace anatomatte::channel {

// Where the pixels of a call lie in the shared memory: inputs in order, then the output's window.
struct Layout {
  std::vector<size_t> offsets;
  size_t total = 0;
};

Layout layout_of(const AnmCall& call);

// The body of a render message.  `ocio` travels with each frame: hosts change it while they run.
std::string encode(const AnmCall& call, const Layout& layout, const std::string& ocio);

// Copies the inputs in, packed, lowest row first.
void copy_in(const AnmCall& call, const Layout& layout, char* memory);

// Copies the rendered window to the host's output.
void copy_out(const AnmCall& call, const Layout& layout, const char* memory);

// A decoded call; owns everything that its AnmCall points to except the pixels.
struct Decoded {
  AnmCall call{};
  AnmImage output{};
  std::string ocio;
  std::vector<AnmImage> inputs;
  std::vector<AnmValue> values;
  std::deque<std::string> texts;  // a deque: growing moves no string
};

// Throws WireError when the message does not fit the memory.
void decode(const std::string& body, char* memory, size_t memory_size, Decoded* decoded);

}  // namespace anatomatte::channel
