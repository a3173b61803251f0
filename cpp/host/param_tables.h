// The properties of a parameter by its type.
#pragma once

#include <string>
#include <vector>

#include "params.h"

namespace pyopenfx {

std::vector<PropSpec> param_properties(const ParamType& type, const std::string& name);

}  // namespace pyopenfx
