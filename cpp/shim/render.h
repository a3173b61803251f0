// One frame: borrow the pictures, hand them to the engine, wait, answer the host.
#pragma once

#include "instance.h"

namespace anatomatte {

// Raises Failure with the sentence for the artist; the window is then transparent black.
OfxStatus render(Instance& node, const Properties& args);

}  // namespace anatomatte
