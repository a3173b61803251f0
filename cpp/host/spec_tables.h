// The properties that the standard gives to each kind of object, with its defaults.
#pragma once

#include <string>
#include <vector>

#include "property_set.h"

namespace pyopenfx {

std::vector<PropSpec> host_properties();
std::vector<PropSpec> effect_descriptor_properties();
// What an instance adds to a copy of its descriptor's properties.
std::vector<PropSpec> effect_instance_properties();
std::vector<PropSpec> clip_properties(const std::string& name);
// What an instance's clip adds to a copy of its descriptor's properties.
std::vector<PropSpec> clip_instance_properties();

}  // namespace pyopenfx
