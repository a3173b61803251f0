// What plug-ins made with the OpenFX Support library do and a host may not expect: the library
// destroys its OfxPlugin at Unload, and takes a property that is not there for a host that cannot
// host it, in describing as in answering.
#include <memory>

#include "ofxParametricParam.h"
#include "plugin.h"

namespace {

std::unique_ptr<OfxPlugin> living;

OfxStatus needed(OfxStatus status) {
  return status == kOfxStatOK ? kOfxStatOK : kOfxStatErrMissingHostFeature;
}

OfxStatus describe_in_context(const void* handle) {
  test::define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  test::define_clip(handle, "Extra", true);
  test::define_clip(handle, kOfxImageEffectOutputClipName);
  OfxParamSetHandle set = nullptr;
  OfxPropertySetHandle curve = nullptr;
  test::effects->getParamSet(test::effect_of(handle), &set);
  test::params->paramDefine(set, kOfxParamTypeParametric, "curve", &curve);
  test::props->propSetInt(curve, kOfxParamPropParametricDimension, 0, 2);
  test::props->propSetString(curve, kOfxParamPropDimensionLabel, 0, "master");
  return needed(test::props->propSetString(curve, kOfxParamPropDimensionLabel, 1, "red"));
}

// Of every clip, connected or not.
OfxStatus regions(OfxPropertySetHandle in, OfxPropertySetHandle out) {
  double region[4];
  test::props->propGetDoubleN(in, kOfxImageEffectPropRegionOfInterest, 4, region);
  for (const char* name : {"OfxImageClipPropRoI_Source", "OfxImageClipPropRoI_Extra"}) {
    const OfxStatus status = needed(test::props->propSetDoubleN(out, name, 4, region));
    if (status != kOfxStatOK) return status;
  }
  return kOfxStatOK;
}

OfxStatus preferences(OfxPropertySetHandle out) {
  for (const char* name :
       {"OfxImageClipPropComponents_Source", "OfxImageClipPropComponents_Extra"}) {
    const OfxStatus status =
        needed(test::props->propSetString(out, name, 0, kOfxImageComponentRGBA));
    if (status != kOfxStatOK) return status;
  }
  return kOfxStatOK;
}

OfxStatus frames(OfxPropertySetHandle in, OfxPropertySetHandle out) {
  const double time = test::number(in, kOfxPropTime);
  const double range[2] = {time, time};
  return needed(test::props->propSetDoubleN(out, "OfxImageClipPropFrameRange_Extra", 2, range));
}

// Source as it is; that it is there is taken for granted.
OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const test::RenderArgs args(in);
  const test::Image source(handle, kOfxImageEffectSimpleSourceClipName, args.time);
  const test::Image output(handle, kOfxImageEffectOutputClipName, args.time);
  for (int y = args.window[1]; y < args.window[3]; ++y) {
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      std::memcpy(output.at<char>(x, y), source.at<char>(x, y),
                  static_cast<size_t>(output.channels * output.item));
    }
  }
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle out) {
  static const char* const kContexts[] = {kOfxImageEffectContextFilter,
                                          kOfxImageEffectContextGeneral};
  const std::string what = action;
  if (what == kOfxActionLoad) return test::load();
  if (what == kOfxActionUnload) {
    std::memset(static_cast<void*>(living.get()), 0, sizeof(OfxPlugin));
    living.reset();
    return kOfxStatOK;
  }
  if (what == kOfxActionDescribe) {
    test::describe(handle, "Support", kContexts, 2);
    test::props->propSetInt(test::properties(handle), kOfxImageEffectPropTemporalClipAccess, 0, 1);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) return describe_in_context(handle);
  if (what == kOfxImageEffectActionGetRegionsOfInterest) return regions(in, out);
  if (what == kOfxImageEffectActionGetClipPreferences) return preferences(out);
  if (what == kOfxImageEffectActionGetFramesNeeded) return frames(in, out);
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }

OfxExport OfxPlugin* OfxGetPlugin(int nth) {
  if (nth != 0) return nullptr;
  if (!living) {
    living = std::make_unique<OfxPlugin>(test::plugin("org.anatomatte.test.support", main_entry));
  }
  return living.get();
}
