// What the standard permits and few plug-ins do; results come as messages.
#include <cstdio>

#include "ofxParametricParam.h"
#include "plugin.h"

namespace {

using namespace test;

const OfxMessageSuiteV1* message;
const OfxParametricParameterSuiteV1* curves;

void say(const void* handle, const std::string& text) {
  message->message(const_cast<void*>(handle), kOfxMessageLog, "log", "%s", text.c_str());
}

// The key frames of a parameter as "5=1 10=2".
std::string keys_of(const void* handle, const char* name) {
  unsigned int count = 0;
  params->paramGetNumKeys(param(handle, name), &count);
  std::string line = name;
  for (unsigned int i = 0; i < count; ++i) {
    double time = 0, value = 0;
    params->paramGetKeyTime(param(handle, name), i, &time);
    params->paramGetValueAtTime(param(handle, name), time, &value);
    char key[40];
    std::snprintf(key, sizeof key, " %g=%g", time, value);
    line += key;
  }
  return line;
}

// One parameter to another: all keys by a null range and by one from 0 to 0, some, and a curve.
OfxStatus copy_case(const void* handle) {
  OfxParamHandle from = param(handle, "from"), to = param(handle, "to");
  for (const double time : {5.0, 10.0, 20.0}) params->paramSetValueAtTime(from, time, time / 5);
  const OfxRangeD zero{0, 0}, some{4, 12};
  for (const OfxRangeD* range : {static_cast<const OfxRangeD*>(nullptr), &zero, &some}) {
    params->paramCopy(to, from, 100, range);
    say(handle, keys_of(handle, "to"));
  }
  double value = -1;
  curves->parametricParamAddControlPoint(param(handle, "curve"), 0, 0, 0.25, 0.75, false);
  params->paramCopy(param(handle, "other"), param(handle, "curve"), 0, nullptr);
  curves->parametricParamGetValue(param(handle, "other"), 0, 0, 0.25, &value);
  say(handle, "curve " + std::to_string(value));
  return kOfxStatOK;
}

// Memory that belongs to no instance.
OfxStatus memory_case(const void* handle) {
  OfxImageMemoryHandle block = nullptr;
  const OfxStatus got = effects->imageMemoryAlloc(nullptr, 64, &block);
  void* data = nullptr;
  const OfxStatus locked = effects->imageMemoryLock(block, &data);
  if (data) std::memset(data, 1, 64);
  effects->imageMemoryUnlock(block);
  char line[40];
  std::snprintf(line, sizeof line, "memory %d %d %d", got, locked, effects->imageMemoryFree(block));
  say(handle, line);
  return kOfxStatOK;
}

OfxStatus changed(const void* handle, OfxPropertySetHandle in) {
  const std::string name = text(in, kOfxPropName), why = text(in, kOfxPropChangeReason);
  if (name == "copy") return copy_case(handle);
  if (name == "memory") return memory_case(handle);
  if (why == kOfxChangePluginEdited) say(handle, "edited " + name);
  // it follows the time line
  if (why == kOfxChangeTime) return params->paramSetValue(param(handle, "follows"), 7.0);
  return kOfxStatReplyDefault;
}

// How large the output is, as its own clip says in an action; and whether frames come in order.
void tell(const char* action, const void* handle, OfxPropertySetHandle in) {
  OfxImageClipHandle clip = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectOutputClipName, &clip, nullptr);
  OfxRectD rod{};
  const OfxStatus status = effects->clipGetRegionOfDefinition(clip, number(in, kOfxPropTime), &rod);
  char line[160];
  std::snprintf(line, sizeof line, "%s %d %g %g %g %g", action, status, rod.x1, rod.y1, rod.x2,
                rod.y2);
  say(handle, line);
}

void tell_order(const char* action, const void* handle, OfxPropertySetHandle in) {
  const int in_order = integer(in, kOfxImageEffectPropSequentialRenderStatus);
  say(handle, std::string(action) + " in order " + std::to_string(in_order));
}

// The pixels of a clip's picture, its aspect, and what the clip says of both.
void tell_picture(const void* handle, const char* name, double time) {
  const Image picture(handle, name, time);
  OfxImageClipHandle clip = nullptr;
  OfxPropertySetHandle set = nullptr;
  effects->clipGetHandle(effect_of(handle), name, &clip, &set);
  OfxRectD rod{};
  effects->clipGetRegionOfDefinition(clip, time, &rod);
  char line[160];
  std::snprintf(line, sizeof line, "%s %d %d %d %d aspect %g clip %g %g %g %g aspect %g", name,
                picture.bounds[0], picture.bounds[1], picture.bounds[2], picture.bounds[3],
                picture ? number(picture.set(), kOfxImagePropPixelAspectRatio) : 0, rod.x1, rod.y1,
                rod.x2, rod.y2, number(set, kOfxImagePropPixelAspectRatio));
  say(handle, line);
}

// Extra over Source by the output's own places, as plug-ins do that take one size and shape of
// pixels for granted: nothing is asked about bounds.
OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const RenderArgs args(in);
  tell_picture(handle, kOfxImageEffectSimpleSourceClipName, args.time);
  tell_picture(handle, "Extra", args.time);
  const Image source(handle, kOfxImageEffectSimpleSourceClipName, args.time);
  const Image extra(handle, "Extra", args.time);
  const Image output(handle, kOfxImageEffectOutputClipName, args.time);
  for (int y = args.window[1]; y < args.window[3]; ++y) {
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      const float* from = extra ? extra.at<float>(x, y) : source.at<float>(x, y);
      for (int c = 0; c < 4; ++c) output.at<float>(x, y)[c] = from ? from[c] : -1;
    }
  }
  return kOfxStatOK;
}

OfxStatus define(const void* handle) {
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  define_clip(handle, "Extra", true);
  define_clip(handle, kOfxImageEffectOutputClipName);
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  for (const char* name : {"from", "to", "follows"}) {
    params->paramDefine(set, kOfxParamTypeDouble, name, nullptr);
  }
  for (const char* name : {"curve", "other"}) {
    params->paramDefine(set, kOfxParamTypeParametric, name, nullptr);
  }
  for (const char* name : {"copy", "memory"}) {
    params->paramDefine(set, kOfxParamTypePushButton, name, nullptr);
  }
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle) {
  static const char* const kContexts[] = {kOfxImageEffectContextGeneral};
  const std::string what = action;
  if (what == kOfxActionLoad) {
    message = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
    curves = fetch<OfxParametricParameterSuiteV1>(kOfxParametricParameterSuite, 1);
    return load();
  }
  if (what == kOfxActionDescribe) {
    describe(handle, "Permitted", kContexts, 1, true);
    props->propSetInt(properties(handle), kOfxImageEffectPropTemporalClipAccess, 0, 1);
    return props->propSetInt(properties(handle), kOfxImageEffectPropSupportsMultiResolution, 0, 0);
  }
  if (what == kOfxImageEffectActionDescribeInContext) return define(handle);
  if (what == kOfxActionInstanceChanged) return changed(handle, in);
  if (what == kOfxActionSyncPrivateData) return params->paramSetValue(param(handle, "to"), 3.0);
  if (what == kOfxImageEffectActionIsIdentity || what == kOfxImageEffectActionGetFramesNeeded ||
      what == kOfxImageEffectActionGetRegionsOfInterest) {
    tell(action, handle, in);
  }
  if (what == kOfxImageEffectActionBeginSequenceRender || what == kOfxImageEffectActionRender) {
    tell_order(action, handle, in);
  }
  return what == kOfxImageEffectActionRender ? render(handle, in) : kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.permitted", main_entry);
  return &the_plugin;
}
