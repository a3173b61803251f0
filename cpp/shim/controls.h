// The controls of the one table as OFX parameters.
#pragma once

#include "ofxParam.h"

namespace anatomatte {

// Defines every control and its page; a control that the host refuses keeps its default.
void define_controls(OfxParamSetHandle params);

}  // namespace anatomatte
