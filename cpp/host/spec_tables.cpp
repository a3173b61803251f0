#include "spec_tables.h"

#include "nuke/fnOfxExtensions.h"
#include "ofxColour.h"
#include "ofxImageEffect.h"
#include "ofxNatron.h"
#include "ofxParametricParam.h"

namespace pyopenfx {
namespace {

PropSpec ints(const char* name, int dimension, std::vector<PropValue> values) {
  return {name, PropType::kInt, dimension, std::move(values)};
}
PropSpec flag(const char* name, int value) { return ints(name, 1, {value}); }
PropSpec doubles(const char* name, int dimension, std::vector<PropValue> values) {
  return {name, PropType::kDouble, dimension, std::move(values)};
}
PropSpec text(const char* name, const std::string& value) {
  return {name, PropType::kString, 1, {value}};
}
PropSpec texts(const char* name, std::vector<PropValue> values) {
  return {name, PropType::kString, 0, std::move(values)};
}
PropSpec pointer(const char* name) {
  return {name, PropType::kPointer, 1, {static_cast<void*>(nullptr)}};
}

std::string str(const char* value) { return value; }

}  // namespace

std::vector<PropSpec> host_properties() {
  return {
      text(kOfxPropType, kOfxTypeImageEffectHost),
      text(kOfxPropName, "org.anatomatte.pyopenfx"),
      text(kOfxPropLabel, "pyopenfx"),
      ints(kOfxPropAPIVersion, 0, {1, 5}),
      ints(kOfxPropVersion, 0, {0, 1, 0}),
      text(kOfxPropVersionLabel, "0.1.0"),
      flag(kOfxImageEffectHostPropIsBackground, 1),
      flag(kOfxImageEffectPropSupportsOverlays, 0),
      flag(kOfxImageEffectPropSupportsMultiResolution, 1),
      flag(kOfxImageEffectPropSupportsTiles, 1),
      flag(kOfxImageEffectPropTemporalClipAccess, 1),
      texts(
          kOfxImageEffectPropSupportedComponents,
          {str(kOfxImageComponentRGBA), str(kOfxImageComponentRGB), str(kOfxImageComponentAlpha)}),
      texts(kOfxImageEffectPropSupportedContexts,
            {str(kOfxImageEffectContextFilter), str(kOfxImageEffectContextGeneral),
             str(kOfxImageEffectContextGenerator), str(kOfxImageEffectContextTransition),
             str(kOfxImageEffectContextPaint), str(kOfxImageEffectContextRetimer)}),
      texts(kOfxImageEffectPropSupportedPixelDepths,
            {str(kOfxBitDepthFloat), str(kOfxBitDepthHalf), str(kOfxBitDepthShort),
             str(kOfxBitDepthByte)}),
      flag(kOfxImageEffectPropSupportsMultipleClipDepths, 1),
      flag(kOfxImageEffectPropSupportsMultipleClipPARs, 1),
      flag(kOfxImageEffectPropSetableFrameRate, 1),
      flag(kOfxImageEffectPropSetableFielding, 1),
      flag(kOfxImageEffectInstancePropSequentialRender, 1),
      flag(kOfxImageEffectPropRenderQualityDraft, 1),
      text(kOfxImageEffectHostPropNativeOrigin, kOfxHostNativeOriginTopLeft),
      flag(kOfxParamHostPropSupportsStringAnimation, 1),
      flag(kOfxParamHostPropSupportsCustomInteract, 0),
      flag(kOfxParamHostPropSupportsChoiceAnimation, 1),
      flag(kOfxParamHostPropSupportsStrChoiceAnimation, 1),
      flag(kOfxParamHostPropSupportsStrChoice, 1),
      flag(kOfxParamHostPropSupportsBooleanAnimation, 1),
      flag(kOfxParamHostPropSupportsCustomAnimation, 1),
      flag(kOfxParamHostPropMaxParameters, -1),
      flag(kOfxParamHostPropMaxPages, 0),
      ints(kOfxParamHostPropPageRowColumnCount, 2, {0, 0}),
      flag(kOfxParamHostPropSupportsParametricAnimation, 0),
      flag(kFnOfxImageEffectPropMultiPlanar, 1),
      pointer(kOfxPropHostOSHandle),
  };
}

std::vector<PropSpec> effect_descriptor_properties() {
  return {
      text(kOfxPropType, kOfxTypeImageEffect),
      text(kOfxPropName, ""),
      text(kOfxPropLabel, ""),
      text(kOfxPropShortLabel, ""),
      text(kOfxPropLongLabel, ""),
      ints(kOfxPropVersion, 0, {0}),
      text(kOfxPropVersionLabel, ""),
      text(kOfxPropPluginDescription, ""),
      {kOfxPropIcon, PropType::kString, 2, {str("")}},
      text(kOfxPluginPropFilePath, ""),
      text(kOfxImageEffectPropContext, ""),
      texts(kOfxImageEffectPropSupportedContexts, {}),
      text(kOfxImageEffectPluginPropGrouping, ""),
      flag(kOfxImageEffectPluginPropSingleInstance, 0),
      text(kOfxImageEffectPluginRenderThreadSafety, kOfxImageEffectRenderInstanceSafe),
      flag(kOfxImageEffectPluginPropHostFrameThreading, 0),
      pointer(kOfxImageEffectPluginPropOverlayInteractV1),
      pointer(kOfxImageEffectPluginPropOverlayInteractV2),
      flag(kOfxImageEffectPropSupportsMultiResolution, 1),
      flag(kOfxImageEffectPropSupportsTiles, 1),
      flag(kOfxImageEffectPropTemporalClipAccess, 0),
      texts(kOfxImageEffectPropSupportedPixelDepths, {}),
      flag(kOfxImageEffectPluginPropFieldRenderTwiceAlways, 1),
      flag(kOfxImageEffectPropSupportsMultipleClipDepths, 0),
      flag(kOfxImageEffectPropSupportsMultipleClipPARs, 0),
      flag(kOfxImageEffectPluginPropObsolete, 0),
      flag(kOfxImageEffectInstancePropSequentialRender, 0),
      flag(kOfxImageEffectPropNoSpatialAwareness, 0),
      texts(kOfxImageEffectPropClipPreferencesSlaveParam, {}),
      texts(kOfxPluginPropParamPageOrder, {}),
      flag(kOfxPropParamSetNeedsSyncing, 0),
      flag(kFnOfxImageEffectPropMultiPlanar, 0),
      flag(kFnOfxImageEffectPropPassThroughComponents, 0),
      flag(kFnOfxImageEffectPropViewAware, 0),
      flag(kFnOfxImageEffectPropViewInvariance, 0),
      text(kNatronOfxImageEffectPropChannelSelector, kOfxImageComponentRGBA),
      pointer(kOfxPropInstanceData),
  };
}

std::vector<PropSpec> effect_instance_properties() {
  return {
      text(kOfxPropType, kOfxTypeImageEffectInstance),
      pointer(kOfxPropInstanceData),
      pointer(kOfxImageEffectPropPluginHandle),
      doubles(kOfxImageEffectPropProjectSize, 2, {1920.0, 1080.0}),
      doubles(kOfxImageEffectPropProjectOffset, 2, {0.0, 0.0}),
      doubles(kOfxImageEffectPropProjectExtent, 2, {1920.0, 1080.0}),
      doubles(kOfxImageEffectPropProjectPixelAspectRatio, 1, {1.0}),
      doubles(kOfxImageEffectInstancePropEffectDuration, 1, {1.0}),
      doubles(kOfxImageEffectPropFrameRate, 1, {24.0}),
      flag(kOfxPropIsInteractive, 0),
  };
}

std::vector<PropSpec> clip_properties(const std::string& name) {
  return {
      text(kOfxPropType, kOfxTypeClip),
      text(kOfxPropName, name),
      text(kOfxPropLabel, name),
      text(kOfxPropShortLabel, name),
      text(kOfxPropLongLabel, name),
      text("OfxPropHint", ""),
      texts(kOfxImageEffectPropSupportedComponents, {}),
      flag(kOfxImageEffectPropTemporalClipAccess, 0),
      flag(kOfxImageClipPropOptional, 0),
      text(kOfxImageClipPropFieldExtraction, kOfxImageFieldDoubled),
      flag(kOfxImageClipPropIsMask, 0),
      flag(kOfxImageEffectPropSupportsTiles, 1),
  };
}

std::vector<PropSpec> clip_instance_properties() {
  return {
      text(kOfxImageEffectPropPixelDepth, kOfxBitDepthNone),
      text(kOfxImageEffectPropComponents, kOfxImageComponentNone),
      text(kOfxImageClipPropUnmappedPixelDepth, kOfxBitDepthNone),
      text(kOfxImageClipPropUnmappedComponents, kOfxImageComponentNone),
      text(kOfxImageEffectPropPreMultiplication, kOfxImageOpaque),
      doubles(kOfxImagePropPixelAspectRatio, 1, {1.0}),
      doubles(kOfxImageEffectPropFrameRate, 1, {24.0}),
      doubles(kOfxImageEffectPropFrameRange, 2, {1.0, 1.0}),
      text(kOfxImageClipPropFieldOrder, kOfxImageFieldNone),
      flag(kOfxImageClipPropConnected, 0),
      doubles(kOfxImageEffectPropUnmappedFrameRange, 2, {1.0, 1.0}),
      doubles(kOfxImageEffectPropUnmappedFrameRate, 1, {24.0}),
      flag(kOfxImageClipPropContinuousSamples, 0),
      texts(kFnOfxImageEffectPropComponentsPresent, {}),
  };
}

}  // namespace pyopenfx
