// Memory that both processes map: an anonymous file, never a name on disk.
#pragma once

#include <cstddef>
#include <string>

#include "fd.h"

namespace anatomatte::channel {

struct SharedMemory {
  Fd fd;
  Mapping map;
};

// At least `size` bytes, really there (not only promised); on failure fd is empty and *why says
// what the system answered.
SharedMemory make_shared(size_t size, std::string* why);

// The other end's memory.  Refuses a file that could be cut short under us.
Mapping map_shared(int fd, size_t size, std::string* why);

}  // namespace anatomatte::channel
