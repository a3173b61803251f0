// One frame as a message: the plain facts in the body, the pixels in shared memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "engine_api.h"
#include "mapped_memory.h"
#include "wire.h"

namespace anatomatte::channel {

// The body of a render message: the inputs lie in the blocks of these numbers in their order, the
// output's window in the last.  `ocio` travels with each frame: hosts change it while they run.
std::string encode(const AnmCall& call, const std::vector<int64_t>& blocks, bool may_keep,
                   const std::string& ocio);

// The output as the worker sees it: the window is all there is.
AnmImage window_image(const AnmCall& call);

// The bytes of a picture in a block, and the copy there: packed, the TOP row first, as the engine
// has its pictures.
size_t packed_size(const AnmImage& image);
void copy_packed(const AnmImage& image, char* to);

// Copies rows of the rendered window, counted from its top, to the host's output; rows beyond it
// are none.
void copy_out(const AnmCall& call, const char* window, int64_t first, int64_t end);
int64_t window_rows(const AnmCall& call);

// One picture alone: its facts in a message.
void put_picture(Writer* out, const AnmImage& image, int64_t block, bool may_keep);
// Throws WireError when the picture does not fit its memory.
AnmImage get_picture(Reader* in, const MappedMemory& memory, std::deque<std::string>* texts);

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
void decode(const std::string& body, const MappedMemory& memory, Decoded* decoded);

}  // namespace anatomatte::channel
