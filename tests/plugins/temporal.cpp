// The mean of the frames around the one that is rendered, over a grown region: times and regions.
#include "plugin.h"

namespace {

using namespace test;

double value_of(const void* handle, const char* name, double time) {
  double value = 0;
  params->paramGetValueAtTime(param(handle, name), time, &value);
  return value;
}

OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const RenderArgs args(in);
  const int reach = static_cast<int>(value_of(handle, "reach", args.time));
  Image output(handle, kOfxImageEffectOutputClipName, args.time);
  if (!output) return kOfxStatFailed;
  for (int y = args.window[1]; y < args.window[3]; ++y) {
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      for (int c = 0; c < output.channels; ++c) output.at<float>(x, y)[c] = 0;
    }
  }
  int found = 0;
  for (int offset = -reach; offset <= reach; ++offset) {
    Image source(handle, kOfxImageEffectSimpleSourceClipName, args.time + offset);
    if (!source) continue;
    ++found;
    for (int y = args.window[1]; y < args.window[3]; ++y) {
      for (int x = args.window[0]; x < args.window[2]; ++x) {
        const float* from = source.at<float>(x, y);
        for (int c = 0; from && c < output.channels; ++c) output.at<float>(x, y)[c] += from[c];
      }
    }
  }
  for (int y = args.window[1]; found && y < args.window[3]; ++y) {
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      for (int c = 0; c < output.channels; ++c) output.at<float>(x, y)[c] /= found;
    }
  }
  return kOfxStatOK;
}

OfxStatus grow(const void* handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  const double time = number(in, kOfxPropTime), margin = value_of(handle, "margin", time);
  if (margin == 0) return kOfxStatReplyDefault;
  OfxImageClipHandle clip = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectSimpleSourceClipName, &clip, nullptr);
  OfxRectD rod;
  if (effects->clipGetRegionOfDefinition(clip, time, &rod) != kOfxStatOK) return kOfxStatFailed;
  const double grown[] = {rod.x1 - margin, rod.y1 - margin, rod.x2 + margin, rod.y2 + margin};
  return props->propSetDoubleN(out, kOfxImageEffectPropRegionOfDefinition, 4, grown);
}

OfxStatus interest(const void* handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  const double margin = value_of(handle, "margin", number(in, kOfxPropTime));
  double roi[4];
  props->propGetDoubleN(in, kOfxImageEffectPropRegionOfInterest, 4, roi);
  for (int i = 0; i < 4; ++i) roi[i] += i < 2 ? -margin : margin;
  return props->propSetDoubleN(out, "OfxImageClipPropRoI_Source", 4, roi);
}

// Two ranges, so that a host which holds only one is found out.
OfxStatus frames(const void* handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  const double time = number(in, kOfxPropTime), reach = value_of(handle, "reach", time);
  const double ranges[] = {time - reach, time - reach, time, time + reach};
  return props->propSetDoubleN(out, "OfxImageClipPropFrameRange_Source", 4, ranges);
}

OfxStatus domain(OfxPropertySetHandle out) {
  const double range[] = {3, 7};
  return props->propSetDoubleN(out, kOfxImageEffectPropFrameRange, 2, range);
}

OfxStatus preferences(OfxPropertySetHandle out) {
  props->propSetString(out, kOfxImageEffectPropPreMultiplication, 0, kOfxImageUnPreMultiplied);
  props->propSetInt(out, kOfxImageEffectFrameVarying, 0, 1);
  return kOfxStatOK;
}

void define_double(const void* handle, const char* name) {
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  params->paramDefine(set, kOfxParamTypeDouble, name, nullptr);
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle out) {
  const std::string what = action;
  if (what == kOfxActionLoad) return load();
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextGeneral};
    describe(handle, "Temporal", contexts, 1, true);
    return props->propSetInt(properties(handle), kOfxImageEffectPropTemporalClipAccess, 0, 1);
  }
  if (what == kOfxImageEffectActionDescribeInContext) {
    OfxPropertySetHandle source = define_clip(handle, kOfxImageEffectSimpleSourceClipName);
    props->propSetInt(source, kOfxImageEffectPropTemporalClipAccess, 0, 1);
    define_clip(handle, kOfxImageEffectOutputClipName);
    define_double(handle, "reach");
    define_double(handle, "margin");
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionGetRegionOfDefinition) return grow(handle, in, out);
  if (what == kOfxImageEffectActionGetRegionsOfInterest) return interest(handle, in, out);
  if (what == kOfxImageEffectActionGetFramesNeeded) return frames(handle, in, out);
  if (what == kOfxImageEffectActionGetTimeDomain) return domain(out);
  if (what == kOfxImageEffectActionGetClipPreferences) return preferences(out);
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.temporal", main_entry);
  return &the_plugin;
}
