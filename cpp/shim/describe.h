// Describe and DescribeInContext: what the node is, its clips and its controls.
#pragma once

#include "ofxImageEffect.h"

namespace anatomatte {

inline constexpr char kIdentifier[] = "org.anatomatte.Anatomatte";

OfxStatus describe(OfxImageEffectHandle descriptor);
OfxStatus describe_in_context(OfxImageEffectHandle descriptor);

}  // namespace anatomatte
