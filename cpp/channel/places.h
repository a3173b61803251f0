// Where the channels of a frame's picture lie in shared memory, when nobody wrote them side by side
// into the output: the client gathers them on their one way to the host.
#pragma once

#include <cstdint>
#include <vector>

#include "engine_api.h"
#include "lent_memory.h"
#include "mapped_memory.h"
#include "wire.h"

namespace anatomatte::channel {

// A channel: the block and the offset of its value at the window's top left, steps in bytes.
struct Place {
  int64_t block, offset, pixel_step, row_step;
};
using Places = std::vector<Place>;

// False where the output is no picture of floats, or a channel lies outside of the memory.
bool find_places(const AnmChannels& channels, const AnmCall& call, const MappedMemory& memory,
                 Places* places);

void put_places(Writer* out, const Places& places);
Places get_places(Reader* in);

// Copies the window's picture to the host's output.  Throws WireError for places that the memory
// has not.
void gather(const AnmCall& call, const Places& places, const LentMemory& memory);

}  // namespace anatomatte::channel
