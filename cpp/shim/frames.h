// Other frames of Source than the one that is rendered.
#pragma once

#include <cstdint>

#include "engine_api.h"
#include "instance.h"

namespace anatomatte {

// The action: which frames the host should have ready.  The present one alone, unless a network
// that was chosen remembers the frames before.
OfxStatus frames_needed(const Instance& node, const Properties& in, const Properties& out);

// The frames that Source has, as far as the host says.
AnmRange source_range(const Instance& node);

// Source at a time, lent to `wanted->take` for the length of its call.
AnmResult lend_source(const Instance& node, AnmFetch* wanted);

}  // namespace anatomatte
