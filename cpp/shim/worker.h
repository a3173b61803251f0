// The runtime in a worker process: the same table of functions, spoken over a socket.
#pragma once

#include <string>

#include "engine_api.h"

namespace anatomatte {

// A served worker's address from ANATOMATTE_WORKER; empty for a private one.
std::string served_address();

// Whether the worker's program lies beside the plug-in.
bool worker_is_there();

// Null with a sentence when no Python is set for it.  Nothing is started before the first frame.
const AnmEngine* worker_engine(std::string* sentence);
void worker_forget_failure();
const AnmEngine* worker_running();

// Ends the private worker; the next frame starts another.
void worker_end();

}  // namespace anatomatte
