// Memory for pictures of other frames, used again for the next: fresh pages cost as much as a copy.
#pragma once

#include <cstddef>
#include <memory>

namespace anatomatte::embed {

struct BlockEnd {
  size_t size = 0;
  void operator()(char* data) const;
};
using Block = std::unique_ptr<char[], BlockEnd>;

// Null where there is no memory.
Block new_block(size_t size);

// Gives what waits back to the system.
void empty_blocks();

}  // namespace anatomatte::embed
