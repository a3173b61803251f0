// Reads what the standard promises of every object, and misuses the property suite; what is not as
// promised comes as a message.
#include <vector>

#include "ofxColour.h"
#include "plugin.h"

namespace {

using namespace test;

const OfxMessageSuiteV1* message;
std::vector<std::string> early;  // found before there was an instance

void wrong(const void* handle, const std::string& text) {
  if (!handle) {
    early.push_back(text);
  } else {
    message->message(const_cast<void*>(handle), kOfxMessageError, "strict", "%s", text.c_str());
  }
}

struct Promise {
  const char* name;
  char type;      // i d s p
  int dimension;  // 0: at least one
};

void check(const void* handle, const char* what, OfxPropertySetHandle set,
           const std::vector<Promise>& promises) {
  for (const Promise& p : promises) {
    int count = -1, i;
    double d;
    char* s;
    void* pointer;
    OfxStatus status = props->propGetDimension(set, p.name, &count);
    if (status == kOfxStatOK && (p.dimension ? count != p.dimension : count < 1)) {
      wrong(handle, std::string(what) + " " + p.name + ": dimension " + std::to_string(count));
    }
    if (status == kOfxStatOK) {
      status = p.type == 'i'   ? props->propGetInt(set, p.name, 0, &i)
               : p.type == 'd' ? props->propGetDouble(set, p.name, 0, &d)
               : p.type == 's' ? props->propGetString(set, p.name, 0, &s)
                               : props->propGetPointer(set, p.name, 0, &pointer);
    }
    if (status != kOfxStatOK) {
      wrong(handle, std::string(what) + " " + p.name + ": status " + std::to_string(status));
    }
  }
}

void expect(const void* handle, const char* what, int got, int wanted) {
  if (got == wanted) return;
  wrong(handle, std::string(what) + ": " + std::to_string(got) + ", not " + std::to_string(wanted));
}

void check_host() {
  check(nullptr, "host", host->host,
        {{kOfxPropType, 's', 1},
         {kOfxPropName, 's', 1},
         {kOfxPropLabel, 's', 1},
         {kOfxPropAPIVersion, 'i', 0},
         {kOfxPropVersion, 'i', 0},
         {kOfxPropVersionLabel, 's', 1},
         {kOfxImageEffectHostPropIsBackground, 'i', 1},
         {kOfxImageEffectPropSupportsOverlays, 'i', 1},
         {kOfxImageEffectPropSupportsMultiResolution, 'i', 1},
         {kOfxImageEffectPropSupportsTiles, 'i', 1},
         {kOfxImageEffectPropTemporalClipAccess, 'i', 1},
         {kOfxImageEffectPropSupportedComponents, 's', 0},
         {kOfxImageEffectPropSupportedContexts, 's', 0},
         {kOfxImageEffectPropSupportedPixelDepths, 's', 0},
         {kOfxImageEffectPropSupportsMultipleClipDepths, 'i', 1},
         {kOfxImageEffectPropSupportsMultipleClipPARs, 'i', 1},
         {kOfxImageEffectPropSetableFrameRate, 'i', 1},
         {kOfxImageEffectPropSetableFielding, 'i', 1},
         {kOfxImageEffectInstancePropSequentialRender, 'i', 1},
         {kOfxParamHostPropSupportsCustomInteract, 'i', 1},
         {kOfxParamHostPropSupportsStringAnimation, 'i', 1},
         {kOfxParamHostPropSupportsChoiceAnimation, 'i', 1},
         {kOfxParamHostPropSupportsBooleanAnimation, 'i', 1},
         {kOfxParamHostPropSupportsCustomAnimation, 'i', 1},
         {kOfxParamHostPropMaxParameters, 'i', 1},
         {kOfxParamHostPropMaxPages, 'i', 1},
         {kOfxParamHostPropPageRowColumnCount, 'i', 2},
         {kOfxImageEffectHostPropNativeOrigin, 's', 1},
         {kOfxPropHostOSHandle, 'p', 1}});
}

void check_instance(const void* handle) {
  check(handle, "instance", properties(handle),
        {{kOfxPropType, 's', 1},
         {kOfxImageEffectPropContext, 's', 1},
         {kOfxPropInstanceData, 'p', 1},
         {kOfxImageEffectPropPluginHandle, 'p', 1},
         {kOfxImageEffectPropProjectSize, 'd', 2},
         {kOfxImageEffectPropProjectOffset, 'd', 2},
         {kOfxImageEffectPropProjectExtent, 'd', 2},
         {kOfxImageEffectPropProjectPixelAspectRatio, 'd', 1},
         {kOfxImageEffectInstancePropEffectDuration, 'd', 1},
         {kOfxImageEffectPropFrameRate, 'd', 1},
         {kOfxPropIsInteractive, 'i', 1}});
}

void check_clip(const void* handle) {
  OfxPropertySetHandle set = nullptr;
  OfxImageClipHandle clip = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectSimpleSourceClipName, &clip, &set);
  check(handle, "clip", set,
        {{kOfxPropType, 's', 1},
         {kOfxPropName, 's', 1},
         {kOfxPropLabel, 's', 1},
         {kOfxImageEffectPropSupportedComponents, 's', 0},
         {kOfxImageEffectPropPixelDepth, 's', 1},
         {kOfxImageEffectPropComponents, 's', 1},
         {kOfxImageClipPropUnmappedPixelDepth, 's', 1},
         {kOfxImageClipPropUnmappedComponents, 's', 1},
         {kOfxImageEffectPropPreMultiplication, 's', 1},
         {kOfxImagePropPixelAspectRatio, 'd', 1},
         {kOfxImageEffectPropFrameRate, 'd', 1},
         {kOfxImageEffectPropFrameRange, 'd', 2},
         {kOfxImageClipPropFieldOrder, 's', 1},
         {kOfxImageClipPropConnected, 'i', 1},
         {kOfxImageEffectPropUnmappedFrameRange, 'd', 2},
         {kOfxImageEffectPropUnmappedFrameRate, 'd', 1},
         {kOfxImageClipPropContinuousSamples, 'i', 1}});
  OfxImageClipHandle none = nullptr;
  expect(handle, "clipGetHandle of no clip",
         effects->clipGetHandle(effect_of(handle), "Nothing", &none, nullptr), kOfxStatErrUnknown);
  OfxPropertySetHandle image = nullptr;
  expect(handle, "clipGetImage of no handle", effects->clipGetImage(none, 0, nullptr, &image),
         kOfxStatErrBadHandle);
}

void check_image(const void* handle, double time) {
  Image output(handle, kOfxImageEffectOutputClipName, time);
  if (!output) return wrong(handle, "no output");
  check(handle, "image", output.set(),
        {{kOfxPropType, 's', 1},
         {kOfxImageEffectPropPixelDepth, 's', 1},
         {kOfxImageEffectPropComponents, 's', 1},
         {kOfxImageEffectPropPreMultiplication, 's', 1},
         {kOfxImageEffectPropRenderScale, 'd', 2},
         {kOfxImagePropPixelAspectRatio, 'd', 1},
         {kOfxImagePropData, 'p', 1},
         {kOfxImagePropBounds, 'i', 4},
         {kOfxImagePropRegionOfDefinition, 'i', 4},
         {kOfxImagePropRowBytes, 'i', 1},
         {kOfxImagePropField, 's', 1},
         {kOfxImagePropUniqueIdentifier, 's', 1}});
}

void check_param(const void* handle) {
  OfxPropertySetHandle set = nullptr;
  params->paramGetPropertySet(param(handle, "amount"), &set);
  check(handle, "param", set,
        {{kOfxPropType, 's', 1},
         {kOfxPropName, 's', 1},
         {kOfxPropLabel, 's', 1},
         {kOfxParamPropType, 's', 1},
         {kOfxParamPropSecret, 'i', 1},
         {kOfxParamPropHint, 's', 1},
         {kOfxParamPropEnabled, 'i', 1},
         {kOfxParamPropAnimates, 'i', 1},
         {kOfxParamPropDefault, 'd', 1},
         {kOfxParamPropMin, 'd', 1},
         {kOfxParamPropMax, 'd', 1},
         {kOfxParamPropDisplayMin, 'd', 1},
         {kOfxParamPropDisplayMax, 'd', 1},
         {kOfxParamPropIncrement, 'd', 1},
         {kOfxParamPropDigits, 'i', 1},
         {kOfxParamPropDoubleType, 's', 1},
         {kOfxParamPropIsAnimating, 'i', 1}});
  double value;
  expect(handle, "paramGetValue of no handle", params->paramGetValue(nullptr, &value),
         kOfxStatErrBadHandle);
}

void check_misuse(const void* handle) {
  OfxPropertySetHandle set = properties(handle);
  int i = 0, count = 0;
  double d = 0;
  expect(handle, "unknown property", props->propGetInt(set, "NoSuchProperty", 0, &i),
         kOfxStatErrUnknown);
  expect(handle, "setting an unknown property", props->propSetInt(set, "NoSuchProperty", 0, 1),
         kOfxStatErrUnknown);
  expect(handle, "index too high", props->propGetDouble(set, kOfxImageEffectPropProjectSize, 2, &d),
         kOfxStatErrBadIndex);
  expect(handle, "index below 0", props->propGetDouble(set, kOfxImageEffectPropProjectSize, -1, &d),
         kOfxStatErrBadIndex);
  expect(handle, "setting beyond", props->propSetDouble(set, kOfxImageEffectPropProjectSize, 2, 1),
         kOfxStatErrBadIndex);
  expect(handle, "another type", props->propGetInt(set, kOfxImageEffectPropProjectSize, 0, &i),
         kOfxStatErrValue);
  expect(handle, "no set", props->propGetInt(nullptr, kOfxPropType, 0, &i), kOfxStatErrBadHandle);
  expect(handle, "no string", props->propSetString(set, kOfxPropLabel, 0, nullptr),
         kOfxStatErrValue);
  props->propSetString(set, kOfxPropLabel, 0, "other");
  expect(handle, "reset", props->propReset(set, kOfxPropLabel), kOfxStatOK);
  expect(handle, "reset to", text(set, kOfxPropLabel) == "other", 0);
  expect(handle, "dimension of none", props->propGetDimension(set, "NoSuchProperty", &count),
         kOfxStatErrUnknown);
}

OfxStatus describe_all(const void* handle) {
  static const char* const contexts[] = {kOfxImageEffectContextFilter};
  describe(handle, "Strict", contexts, 1, true);
  expect(nullptr, "a plug-in of that name", text(properties(handle), kOfxPropName).empty(), 0);
  return kOfxStatOK;
}

OfxStatus describe_in_context(const void* handle) {
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  define_clip(handle, kOfxImageEffectOutputClipName);
  expect(nullptr, "a second Source",
         effects->clipDefine(effect_of(handle), kOfxImageEffectSimpleSourceClipName, nullptr),
         kOfxStatErrExists);
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  params->paramDefine(set, kOfxParamTypeDouble, "amount", nullptr);
  expect(nullptr, "a second amount",
         params->paramDefine(set, kOfxParamTypeDouble, "amount", nullptr), kOfxStatErrExists);
  expect(nullptr, "a param of no type", params->paramDefine(set, "NoType", "other", nullptr),
         kOfxStatErrUnknown);
  return kOfxStatOK;
}

OfxStatus create(const void* handle) {
  for (const std::string& text : early) wrong(handle, text);
  check_instance(handle);
  check_clip(handle);
  check_param(handle);
  check_misuse(handle);
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle) {
  const std::string what = action;
  if (what == kOfxActionLoad) {
    message = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
    const OfxStatus status = load();
    if (status == kOfxStatOK) check_host();
    return status;
  }
  if (what == kOfxActionDescribe) return describe_all(handle);
  if (what == kOfxImageEffectActionDescribeInContext) return describe_in_context(handle);
  if (what == kOfxActionCreateInstance) return create(handle);
  if (what == kOfxImageEffectActionRender) {
    check_image(handle, number(in, kOfxPropTime));
    return kOfxStatOK;
  }
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.strict", main_entry);
  return &the_plugin;
}
