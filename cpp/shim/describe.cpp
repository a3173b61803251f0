#include "describe.h"

#include <string_view>

#include "clips.h"
#include "controls.h"
#include "nuke/fnPublicOfxExtensions.h"
#include "ofxNatron.h"
#include "planes.h"
#include "status.h"
#include "suites.h"
#include "table.h"

namespace anatomatte {
namespace {

constexpr char kDescription[] =
    "Turns plates of people into mattes and clean foreground colour. Connect a plate to Source; "
    "InM forces the matte to 1, OutM to 0, CleanPlate shows the screen without the subject, Hint "
    "is a rough matte, and Bg goes behind the subject when Output is Comp over Bg.";

Properties properties_of(OfxImageEffectHandle descriptor) {
  OfxPropertySetHandle handle = nullptr;
  if (suites().effect->getPropertySet(descriptor, &handle) != kOfxStatOK || !handle) {
    throw Failure("The host gave no properties to describe the node with.");
  }
  return Properties(handle);
}

void set_list(const Properties& properties, const char* name,
              std::initializer_list<const char*> values) {
  int index = 0;
  for (const char* value : values) properties.set(name, value, index++);
}

void define_clip(OfxImageEffectHandle descriptor, const ClipRow& row) {
  OfxPropertySetHandle handle = nullptr;
  if (suites().effect->clipDefine(descriptor, row.name, &handle) != kOfxStatOK) {
    if (row.optional) return;
    throw Failure(std::string("The host refused to define the clip ") + row.name + ".");
  }
  const Properties clip(handle);
  clip.set(kOfxPropLabel, row.name);
  if (row.matte) {
    set_list(clip, kOfxImageEffectPropSupportedComponents,
             {kOfxImageComponentAlpha, kOfxImageComponentRGBA, kOfxImageComponentRGB});
  } else {
    set_list(clip, kOfxImageEffectPropSupportedComponents,
             {kOfxImageComponentRGBA, kOfxImageComponentRGB});
  }
  clip.set(kOfxImageClipPropOptional, row.optional ? 1 : 0);
  clip.set(kOfxImageClipPropIsMask, row.matte ? 1 : 0);
  const bool around = std::string_view(row.name) != kInputs[kBgClip].name;
  clip.set(kOfxImageEffectPropTemporalClipAccess, around && host_facts().other_frames ? 1 : 0);
  clip.set(kOfxImageEffectPropSupportsTiles, 0);
  clip.set(kOfxImageClipPropFieldExtraction, kOfxImageFieldBoth);
}

// Our own host asks for the part of a picture that somebody wants. Others cut a picture into tiles,
// and each of those would be looked at anew.
int takes_windows() { return host_facts().ours ? 1 : 0; }

void define_output(OfxImageEffectHandle descriptor) {
  OfxPropertySetHandle handle = nullptr;
  if (suites().effect->clipDefine(descriptor, kOfxImageEffectOutputClipName, &handle) !=
      kOfxStatOK) {
    throw Failure("The host refused to define the clip Output.");
  }
  const Properties clip(handle);
  set_list(clip, kOfxImageEffectPropSupportedComponents,
           {kOfxImageComponentRGBA, kOfxImageComponentRGB, kOfxImageComponentAlpha});
  clip.set(kOfxImageEffectPropSupportsTiles, takes_windows());
}

}  // namespace

OfxStatus describe(OfxImageEffectHandle descriptor) {
  const HostFacts& host = host_facts();
  const Properties effect = properties_of(descriptor);
  effect.set(kOfxPropLabel, "Anatomatte");
  effect.set(kOfxPropShortLabel, "Anatomatte");
  effect.set(kOfxPropLongLabel, "Anatomatte");
  effect.set(kOfxImageEffectPluginPropGrouping, host.nuke ? "Keying" : "Keyer");
  effect.set(kOfxPropPluginDescription, kDescription);
  effect.set(kOfxPropVersionLabel, ANATOMATTE_VERSION);
  effect.set(kOfxPropIcon, "org.anatomatte.Anatomatte.svg", 0);
  effect.set(kOfxPropIcon, "org.anatomatte.Anatomatte.png", 1);
  set_list(effect, kOfxImageEffectPropSupportedContexts,
           {kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral});
  set_list(effect, kOfxImageEffectPropSupportedPixelDepths,
           {kOfxBitDepthFloat, kOfxBitDepthHalf, kOfxBitDepthShort, kOfxBitDepthByte});
  // MLT makes and destroys an instance for every frame of an effect that calls itself safe.
  effect.set(kOfxImageEffectPluginRenderThreadSafety,
             host.mlt ? kOfxImageEffectRenderUnsafe : kOfxImageEffectRenderFullySafe);
  effect.set(kOfxImageEffectPluginPropSingleInstance, 0);
  effect.set(kOfxImageEffectPluginPropHostFrameThreading, 0);
  effect.set(kOfxImageEffectPropSupportsMultiResolution, 1);
  effect.set(kOfxImageEffectPropSupportsTiles, takes_windows());
  effect.set(kOfxImageEffectPropTemporalClipAccess, host.other_frames ? 1 : 0);
  effect.set(kOfxImageEffectPropSupportsMultipleClipDepths, 1);
  effect.set(kOfxImageEffectPropSupportsMultipleClipPARs, 0);
  effect.set(kOfxImageEffectPluginPropFieldRenderTwiceAlways, 0);
  int slave = 0;  // what decides on the layers, too: Natron asks for them anew only then
  for (const int control : {kOutput, kPersonParts, kPeople}) {
    effect.set(kOfxImageEffectPropClipPreferencesSlaveParam, kControls[control].name, slave++);
  }
  describe_planes(effect);
  if (host.natron) effect.set(kNatronOfxImageEffectPropChannelSelector, kOfxImageComponentNone);
  return kOfxStatOK;
}

OfxStatus describe_in_context(OfxImageEffectHandle descriptor) {
  for (const ClipRow& row : kInputs) define_clip(descriptor, row);
  define_output(descriptor);
  OfxParamSetHandle params = nullptr;
  if (suites().effect->getParamSet(descriptor, &params) != kOfxStatOK) {
    throw Failure("The host gave no parameter set to describe the controls in.");
  }
  define_controls(params);
  return kOfxStatOK;
}

}  // namespace anatomatte
