// The clips of the node, in the order in which hosts show them.
#pragma once

#include "ofxImageEffect.h"

namespace anatomatte {

struct ClipRow {
  const char* name;
  bool optional;
  bool matte;  // one channel is enough; hosts draw it as a mask input
};

// Source comes first: some hosts take the first clip as the main input.
inline constexpr ClipRow kInputs[] = {
    {kOfxImageEffectSimpleSourceClipName, false, false},
    {"InM", true, true},
    {"OutM", true, true},
    {"CleanPlate", true, false},
    {"Hint", true, true},
    {"Bg", true, false},
};
inline constexpr int kInputCount = sizeof(kInputs) / sizeof(kInputs[0]);
inline constexpr int kSourceClip = 0;
inline constexpr int kBgClip = 5;

}  // namespace anatomatte
