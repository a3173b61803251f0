// The runtime behind the border, as the shim sees it.  Tests put their own in its place.
#pragma once

#include <string>

#include "engine_api.h"

namespace anatomatte {

// The engine, started at the first call.  Null with a sentence when it cannot run; the failure is
// remembered until forget_failure(), so that a shot does not try again for every frame.
const AnmEngine* runtime_engine(std::string* sentence);

// What the Status line shows: the engine's words, or why there is none.
std::string runtime_status();

// The next call tries again.
void runtime_forget_failure();

// Gives cached memory back, if the engine runs at all.
void runtime_purge();

// The plug-in is being unloaded: a private worker ends.  Python in this process stays.
void runtime_end();

}  // namespace anatomatte
