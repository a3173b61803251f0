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

// One picture alone at the start of a memory of its own: its bytes there, its facts in a message.
size_t packed_size(const AnmImage& image);
void copy_packed(const AnmImage& image, char* to);
void put_picture(Writer* out, const AnmImage& image);
// Throws WireError when the picture does not fit the memory.
AnmImage get_picture(Reader* in, char* memory, size_t memory_size, std::deque<std::string>* texts);

// A decoded call; owns everything that its AnmCall points to except the pixels.
struct Decoded {
  AnmCall call{};
  AnmImage output{};
  bool fetches = false;  // whether the client hands over other frames and their controls
  std::string ocio;
  std::vector<AnmImage> inputs;
  std::vector<AnmValue> values;
  std::deque<std::string> texts;  // a deque: growing moves no string
};

// A question and all that it points to.
struct DecodedReach {
  AnmReach question{};
  std::vector<AnmValue> values;
  std::deque<std::string> texts;
};

// Controls alone, at the end of a message.
std::string encode_values(const AnmValue* values, int32_t count);
void decode_values(Reader* in, std::vector<AnmValue>* values, std::deque<std::string>* texts);

std::string encode_reach(const AnmReach& question);
void decode_reach(const std::string& body, DecodedReach* decoded);

// Throws WireError when the message does not fit the memory.
void decode(const std::string& body, char* memory, size_t memory_size, Decoded* decoded);

}  // namespace anatomatte::channel
