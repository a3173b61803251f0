// Where the picture is and what it is: the answers that hosts ask for before they render.
#pragma once

#include "instance.h"

namespace anatomatte {

OfxStatus region_of_definition(const Instance& node, const Properties& in, const Properties& out);
OfxStatus regions_of_interest(const Instance& node, const Properties& in, const Properties& out);
OfxStatus clip_preferences(const Instance& node, const Properties& out);

}  // namespace anatomatte
