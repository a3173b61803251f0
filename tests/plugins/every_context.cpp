// One plug-in in all contexts, with a parametric and a custom parameter.
#include <cstdio>
#include <cstdlib>

#include "ofxInteract.h"
#include "ofxParametricParam.h"
#include "plugin.h"

namespace {

using namespace test;

const OfxParametricParameterSuiteV1* curves;
const OfxMessageSuiteV1* message;
bool has_interacts = false;

// Custom values are numbers in brackets; between keys they are mixed.
OfxStatus interpolate(OfxParamSetHandle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  const double a = std::atof(text(in, kOfxParamPropCustomValue, 0).c_str() + 1);
  const double b = std::atof(text(in, kOfxParamPropCustomValue, 1).c_str() + 1);
  const double t = number(in, kOfxParamPropInterpolationAmount);
  char mixed[40];
  std::snprintf(mixed, sizeof mixed, "[%g]", a + (b - a) * t);
  return props->propSetString(out, kOfxParamPropCustomValue, 0, mixed);
}

void define_params(OfxParamSetHandle set) {
  OfxPropertySetHandle made = nullptr;
  params->paramDefine(set, kOfxParamTypeDouble, kOfxImageEffectTransitionParamName, nullptr);
  params->paramDefine(set, kOfxParamTypeDouble, kOfxImageEffectRetimerParamName, nullptr);
  params->paramDefine(set, kOfxParamTypePushButton, "edit", nullptr);
  params->paramDefine(set, kOfxParamTypeCustom, "state", &made);
  props->propSetString(made, kOfxParamPropDefault, 0, "[0]");
  props->propSetInt(made, kOfxParamPropAnimates, 0, 1);
  props->propSetPointer(made, kOfxParamPropCustomInterpCallbackV1, 0,
                        reinterpret_cast<void*>(interpolate));
  params->paramDefine(set, kOfxParamTypeParametric, "curve", &made);
  props->propSetInt(made, kOfxParamPropParametricDimension, 0, 2);
  OfxParamHandle curve = nullptr;
  params->paramGetHandle(set, "curve", &curve, nullptr);
  curves->parametricParamAddControlPoint(curve, 1, 0, 0.0, 1.0, false);
  curves->parametricParamAddControlPoint(curve, 1, 0, 1.0, 0.0, false);
}

void define_clips(const void* handle, const std::string& context) {
  define_clip(handle, kOfxImageEffectOutputClipName);
  if (context == kOfxImageEffectContextGenerator) return;
  if (context == kOfxImageEffectContextTransition) {
    define_clip(handle, kOfxImageEffectTransitionSourceFromClipName);
    define_clip(handle, kOfxImageEffectTransitionSourceToClipName);
    return;
  }
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  if (context == kOfxImageEffectContextPaint) define_clip(handle, "Brush");
}

double value_of(const void* handle, const char* name, double time) {
  double value = 0;
  params->paramGetValueAtTime(param(handle, name), time, &value);
  return value;
}

// Edits the second curve and tells the statuses, the curve's middle, and the custom value.
void edit(const void* handle, double time) {
  OfxParamHandle curve = param(handle, "curve");
  double middle = 0, key = 0, value = 0, plain = 0;
  int count = 0;
  char* state = nullptr;
  curves->parametricParamSetNthControlPoint(curve, 1, 0, 1, 1.0, 0.5, false);
  curves->parametricParamGetValue(curve, 1, 0, 0.5, &middle);
  curves->parametricParamGetValue(curve, 0, 0, 0.25, &plain);
  curves->parametricParamGetNControlPoints(curve, 1, 0, &count);
  curves->parametricParamGetNthControlPoint(curve, 1, 0, 1, &key, &value);
  const int wrong = curves->parametricParamGetNControlPoints(curve, 2, 0, &count);
  const int none = curves->parametricParamDeleteControlPoint(curve, 1, 9);
  params->paramGetValueAtTime(param(handle, "state"), time, &state);
  message->message(const_cast<void*>(handle), kOfxMessageLog, "edit", "%g %g %d %g %g %d %d %s %d",
                   middle, plain, count, key, value, wrong, none, state, has_interacts);
}

OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const RenderArgs args(in);
  const std::string context = text(properties(handle), kOfxImageEffectPropContext);
  const bool mixes = context == kOfxImageEffectContextTransition;
  const bool retimes = context == kOfxImageEffectContextRetimer;
  const double at =
      retimes ? value_of(handle, kOfxImageEffectRetimerParamName, args.time) : args.time;
  const char* first_name =
      mixes ? kOfxImageEffectTransitionSourceFromClipName : kOfxImageEffectSimpleSourceClipName;
  const char* second_name = mixes ? kOfxImageEffectTransitionSourceToClipName : "Brush";
  const double mix = mixes ? value_of(handle, kOfxImageEffectTransitionParamName, at)
                     : context == kOfxImageEffectContextPaint ? 1.0
                                                              : 0.0;
  Image output(handle, kOfxImageEffectOutputClipName, args.time);
  Image first(handle, first_name, at), second(handle, second_name, at);
  if (!output || output.depth != kOfxBitDepthFloat) return kOfxStatFailed;
  for (int y = args.window[1]; y < args.window[3]; ++y) {
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      const float* a = first ? first.at<float>(x, y) : nullptr;
      const float* b = second ? second.at<float>(x, y) : nullptr;
      for (int c = 0; c < output.channels; ++c) {
        const double one = a ? a[c] : 0.5, other = b ? b[c] : one;
        output.at<float>(x, y)[c] = static_cast<float>(one + (other - one) * mix);
      }
    }
  }
  return kOfxStatOK;
}

// Without end where SourceTime is -1, empty where it is -2.
OfxStatus region(const void* handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  const double what = value_of(handle, kOfxImageEffectRetimerParamName, number(in, kOfxPropTime));
  const double end = 2147483647.0;
  const double all[] = {-end, -end, end, end}, none[] = {0, 0, 0, 0};
  if (what != -1 && what != -2) return kOfxStatReplyDefault;
  return props->propSetDoubleN(out, kOfxImageEffectPropRegionOfDefinition, 4,
                               what == -1 ? all : none);
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle out) {
  const std::string what = action;
  if (what == kOfxActionLoad) {
    curves = fetch<OfxParametricParameterSuiteV1>(kOfxParametricParameterSuite, 1);
    message = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
    has_interacts = fetch<OfxInteractSuiteV1>(kOfxInteractSuite, 1) != nullptr;
    return curves && message ? load() : kOfxStatErrMissingHostFeature;
  }
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {
        kOfxImageEffectContextGeneral,    kOfxImageEffectContextFilter,
        kOfxImageEffectContextGenerator,  kOfxImageEffectContextPaint,
        kOfxImageEffectContextTransition, kOfxImageEffectContextRetimer};
    describe(handle, "Every Context", contexts, 6, true);
    props->propSetInt(properties(handle), kOfxImageEffectPropTemporalClipAccess, 0, 1);
    props->propSetPointer(properties(handle), kOfxImageEffectPluginPropOverlayInteractV1, 0,
                          reinterpret_cast<void*>(main_entry));
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) {
    define_clips(handle, text(in, kOfxImageEffectPropContext));
    OfxParamSetHandle set = nullptr;
    effects->getParamSet(effect_of(handle), &set);
    define_params(set);
    return kOfxStatOK;
  }
  if (what == kOfxActionInstanceChanged && text(in, kOfxPropName) == "edit") {
    edit(handle, number(in, kOfxPropTime));
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionGetRegionOfDefinition) return region(handle, in, out);
  if (what == kOfxImageEffectActionGetFramesNeeded ||
      what == kOfxImageEffectActionGetRegionsOfInterest) {
    message->message(const_cast<void*>(handle), kOfxMessageLog, "asked", "%s", action);
  }
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.contexts", main_entry);
  return &the_plugin;
}
