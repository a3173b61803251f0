// The Python of this process: joined where there is one, started where there is none, never ended.
#pragma once

#include "failures.h"

namespace anatomatte::embed {

// Runs on an engine thread.  Afterwards that thread holds the GIL, and `entry()` is imported and
// has shaken hands.  May be called again after a failure.
Result join_or_start(const AnmStart& start);

// The module `anatomatte.entry`; only after join_or_start() was OK, and with the GIL.
py::module_ entry();

// Whose Python it is, for the status.
std::string how_it_runs();

// False once the process has shut Python down.
bool python_lives();

}  // namespace anatomatte::embed
