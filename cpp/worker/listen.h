// The socket of a served worker: the user's own, nobody else's.
#pragma once

#include <string>

#include "channel/fd.h"

namespace anatomatte::worker {

// Listens at `path`; refuses a path where another worker answers and removes a dead one's file.
channel::Fd listen_at(const std::string& path, std::string* why);

// The next caller, or an empty Fd after timeout_ms; callers of other users are hung up on.
channel::Fd accept_own(int listener, int timeout_ms);

}  // namespace anatomatte::worker
