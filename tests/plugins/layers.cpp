// Planes beside the colour: "hair" of one channel, "normal" of three, "flow" of two, one per value
// 0.1 0.2 0.3 …; the parameter "case" says what is wrong with it.
#include "nuke/fnOfxExtensions.h"
#include "ofxNatron.h"
#include "plugin.h"

namespace {

using namespace test;

const FnOfxImageEffectPlaneSuiteV1* planes1;
const FnOfxImageEffectPlaneSuiteV2* planes2;

const char* const kPlanes[] = {
    kNatronOfxImageComponentsPlaneName "hair" kNatronOfxImageComponentsPlaneChannel "A",
    kNatronOfxImageComponentsPlaneName
    "normal" kNatronOfxImageComponentsPlaneLabel "Normals" kNatronOfxImageComponentsPlaneChannel
    "X" kNatronOfxImageComponentsPlaneChannel "Y" kNatronOfxImageComponentsPlaneChannel "Z",
    kNatronOfxImageComponentsPlaneName "flow" kNatronOfxImageComponentsPlaneChannel
                                       "U" kNatronOfxImageComponentsPlaneChannel "V",
    "NatronOfxImageComponentsPlaneName_nothing",  // no channels: dropped
};

std::string chosen(const void* handle) {
  char* text = nullptr;
  params->paramGetValue(param(handle, "case"), &text);
  return text ? text : "";
}

OfxStatus components(const void* handle, OfxPropertySetHandle out) {
  const std::string prefix = kFnOfxImageEffectActionGetClipComponentsPropString;
  props->propSetStringN(out, (prefix + "Output").c_str(), 4, kPlanes);
  props->propSetString(out, (prefix + "Source").c_str(), 0, kFnOfxImagePlaneColour);
  return chosen(handle) == "default" ? kOfxStatReplyDefault : kOfxStatOK;
}

// Every channel of every pixel: value, value + 0.01, …; true where there was such an image.
bool write(const void* handle, const std::string& plane, double time, float value) {
  OfxImageClipHandle clip = nullptr;
  OfxPropertySetHandle image = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectOutputClipName, &clip, nullptr);
  const bool old = chosen(handle) == "version 1";
  const OfxStatus status =
      old ? planes1->clipGetImagePlane(clip, time, plane.c_str(), nullptr, &image)
          : planes2->clipGetImagePlane(clip, time, 0, plane.c_str(), nullptr, &image);
  if (status != kOfxStatOK || !image) return false;
  void* data = nullptr;
  int bounds[4];
  props->propGetPointer(image, kOfxImagePropData, 0, &data);
  props->propGetIntN(image, kOfxImagePropBounds, 4, bounds);
  const std::string kind = text(image, kOfxImageEffectPropComponents);
  const bool named = kind.rfind(kNatronOfxImageComponentsPlaneName, 0) == 0;
  int channels = named ? 0 : 4;
  for (size_t at = 0; named && (at = kind.find("_Channel_", at)) != std::string::npos; ++at) {
    ++channels;
  }
  for (int y = 0; y < bounds[3] - bounds[1]; ++y) {
    auto* row = reinterpret_cast<float*>(static_cast<char*>(data) +
                                         y * integer(image, kOfxImagePropRowBytes));
    for (int i = 0; i < (bounds[2] - bounds[0]) * channels; ++i) {
      row[i] = value + 0.01f * static_cast<float>(i % channels);
    }
  }
  return effects->clipReleaseImage(image) == kOfxStatOK;
}

OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const double time = number(in, kOfxPropTime);
  const std::string wrong = chosen(handle);
  int count = 0;
  props->propGetDimension(in, kOfxImageEffectPropRenderPlanes, &count);
  for (int i = 0; i < count; ++i) {
    const std::string plane = text(in, kOfxImageEffectPropRenderPlanes, i);
    const float value = plane == kFnOfxImagePlaneColour                   ? 0.1f
                        : plane.find("Name_hair_") != std::string::npos   ? 0.2f
                        : plane.find("Name_normal_") != std::string::npos ? 0.3f
                                                                          : 0.4f;
    if (wrong == "lazy" && value == 0.2f) continue;
    if (!write(handle, plane, time, value)) return kOfxStatFailed;
  }
  if (wrong == "unlisted") write(handle, "NatronOfxImageComponentsPlaneName_none", time, 0);
  if (wrong == "colour") write(handle, kFnOfxImagePlaneColour, time, 0);
  if (wrong == "as described") write(handle, kPlanes[0], time, 0);  // not as the host gave it back
  return kOfxStatOK;
}

OfxStatus describe_in_context(const void* handle, bool matte) {
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  OfxPropertySetHandle output = define_clip(handle, kOfxImageEffectOutputClipName);
  const char* kinds[] = {kOfxImageComponentRGBA, kOfxImageComponentAlpha, kOfxImageComponentRGB};
  props->propSetStringN(output, kOfxImageEffectPropSupportedComponents, matte ? 3 : 1, kinds);
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  params->paramDefine(set, kOfxParamTypeString, "case", nullptr);
  return kOfxStatOK;
}

template <bool matte>
OfxStatus entry(const char* action, const void* handle, OfxPropertySetHandle in,
                OfxPropertySetHandle out) {
  const std::string what = action;
  if (what == kOfxActionLoad) {
    planes1 = fetch<FnOfxImageEffectPlaneSuiteV1>(kFnOfxImageEffectPlaneSuite, 1);
    planes2 = fetch<FnOfxImageEffectPlaneSuiteV2>(kFnOfxImageEffectPlaneSuite, 2);
    return planes1 && planes2 ? load() : kOfxStatErrMissingHostFeature;
  }
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextFilter,
                                           kOfxImageEffectContextGeneral};
    describe(handle, "Layers", contexts, 2, true);
    props->propSetInt(properties(handle), kFnOfxImageEffectPropMultiPlanar, 0, 1);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) return describe_in_context(handle, matte);
  if (what == kFnOfxImageEffectActionGetClipComponents) return components(handle, out);
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 2; }
OfxExport OfxPlugin* OfxGetPlugin(int index) {
  static OfxPlugin plugins[] = {plugin("org.anatomatte.test.layers", entry<true>),
                                plugin("org.anatomatte.test.layers.rgba", entry<false>)};
  return index >= 0 && index < 2 ? &plugins[index] : nullptr;
}
