// The controls of the one table as OFX parameters.
#pragma once

#include "ofxParam.h"

namespace anatomatte {

// The hidden parameter with the last frame's account.
inline constexpr char kAccountName[] = "provenance";

// Defines every control and its page; a control that the host refuses keeps its default.
void define_controls(OfxParamSetHandle params);

}  // namespace anatomatte
