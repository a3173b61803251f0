#include "regions.h"

#include <algorithm>
#include <limits>
#include <string>

namespace anatomatte {
namespace {

// The standard has these names as prefixes of a clip's name only, without a macro.
constexpr char kRoiOf[] = "OfxImageClipPropRoI_";
constexpr char kComponentsOf[] = "OfxImageClipPropComponents_";
constexpr char kDepthOf[] = "OfxImageClipPropDepth_";

bool infinite(const OfxRectD& r) {
  constexpr double far = std::numeric_limits<int>::max() / 2;
  return r.x1 <= -far || r.y1 <= -far || r.x2 >= far || r.y2 >= far;
}

OfxRectD joined(const OfxRectD& a, const OfxRectD& b) {
  return {std::min(a.x1, b.x1), std::min(a.y1, b.y1), std::max(a.x2, b.x2), std::max(a.y2, b.y2)};
}

bool has_area(const OfxRectD& r) { return r.x1 < r.x2 && r.y1 < r.y2; }

void set_rectangle(const Properties& out, const char* name, const OfxRectD& r) {
  const double four[4] = {r.x1, r.y1, r.x2, r.y2};
  for (int i = 0; i < 4; ++i) out.set(name, four[i], i);
}

// Source's region; a comp is as large as both pictures, unless the background has no end.
bool output_region(const Instance& node, OfxTime time, OfxRectD* region) {
  if (!node.input(kSourceClip).region_of_definition(time, region)) return false;
  OfxRectD behind;
  if (node.choice(kOutput, time) == kOutputComp &&
      node.input(kBgClip).region_of_definition(time, &behind) && has_area(behind) &&
      !infinite(behind)) {
    *region = has_area(*region) ? joined(*region, behind) : behind;
  }
  return true;
}

// Mattes too count as multiplied: hosts and their writers multiply what is not, which squares
// Matte only and takes the first three of Packed mattes times the fourth.
const char* premultiplication(int output) {
  return output == kOutputUnpremultiplied ? kOfxImageUnPreMultiplied : kOfxImagePreMultiplied;
}

}  // namespace

OfxStatus region_of_definition(const Instance& node, const Properties& in, const Properties& out) {
  OfxRectD region;
  if (!output_region(node, in.number_or(kOfxPropTime, 0.0), &region)) {
    return kOfxStatReplyDefault;
  }
  set_rectangle(out, kOfxImageEffectPropRegionOfDefinition, region);
  return kOfxStatOK;
}

// Always the whole picture: a key depends on all of the screen, the window only crops the output.
OfxStatus regions_of_interest(const Instance& node, const Properties& in, const Properties& out) {
  const OfxTime time = in.number_or(kOfxPropTime, 0.0);
  OfxRectD whole;
  if (!output_region(node, time, &whole)) return kOfxStatReplyDefault;
  for (int i = 0; i < kInputCount; ++i) {
    OfxRectD region;
    if (!node.input(i).region_of_definition(time, &region)) continue;
    if (infinite(region)) {
      if (infinite(whole)) continue;  // the host knows best
      region = whole;
    }
    set_rectangle(out, (std::string(kRoiOf) + kInputs[i].name).c_str(), region);
  }
  return kOfxStatOK;
}

OfxStatus clip_preferences(const Instance& node, const Properties& out) {
  const std::string output = kOfxImageEffectOutputClipName;
  out.set((kComponentsOf + output).c_str(), kOfxImageComponentRGBA);
  const std::string depth =
      node.input(kSourceClip).properties.text_or(kOfxImageEffectPropPixelDepth, "");
  if (!depth.empty() && depth != kOfxBitDepthNone) {
    out.set((kDepthOf + output).c_str(), depth.c_str());
  }
  out.set(kOfxImageEffectPropPreMultiplication, premultiplication(node.choice(kOutput, 0.0)));
  out.set(kOfxImageEffectFrameVarying, 0);
  return kOfxStatOK;
}

}  // namespace anatomatte
