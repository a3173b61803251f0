// Other frames than the one that is rendered.
#pragma once

#include <cstdint>
#include <string>

#include "engine_api.h"
#include "instance.h"

namespace anatomatte {

// The action: which frames the host should have ready.  The present one alone, unless a network
// that was chosen remembers the frames before, or the frame is held still by those around it.
OfxStatus frames_needed(const Instance& node, const Properties& in, const Properties& out);

// The frames that Source has, as far as the host says.
AnmRange source_range(const Instance& node);

// A clip at a time, lent to `wanted->take` for the length of its call; ANM_ABSENT where there is no
// picture.
AnmResult lend(const Instance& node, AnmFetch* wanted);

// The controls at a time, lent likewise, as the render of one plane has them.
AnmResult lend_values(const Instance& node, const std::string& plane, AnmAsk* wanted);

}  // namespace anatomatte
