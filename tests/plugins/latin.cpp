// A plug-in of Latin-1: its identifier, its control, its clip and what it says are no UTF-8.
#include "plugin.h"

namespace {

using namespace test;

const OfxMessageSuiteV2* message;

constexpr char kDetail[] = "d\xe9tail", kSide[] = "C\xf4t\xe9";

OfxStatus describe_in_context(const void* handle) {
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  define_clip(handle, kSide, true);
  define_clip(handle, kOfxImageEffectOutputClipName);
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  OfxPropertySetHandle detail = nullptr, copy = nullptr;
  params->paramDefine(set, kOfxParamTypeString, kDetail, &detail);
  props->propSetString(detail, kOfxPropLabel, 0, "D\xe9tail");
  params->paramDefine(set, kOfxParamTypeString, "copy", &copy);
  return kOfxStatOK;
}

// Says what `détail` holds and copies it into `copy`.
OfxStatus changed(const void* handle, OfxPropertySetHandle in) {
  if (text(in, kOfxPropName) != kDetail) return kOfxStatOK;
  char* value = nullptr;
  params->paramGetValue(param(handle, kDetail), &value);
  const std::string held = value;
  params->paramSetValue(param(handle, "copy"), held.c_str());
  message->message(const_cast<void*>(handle), kOfxMessageLog, "log", "re\xe7u: %s", held.c_str());
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle) {
  const std::string what = action;
  if (what == kOfxActionLoad) {
    message = nullptr;
    const OfxStatus status = load();
    message = fetch<OfxMessageSuiteV2>(kOfxMessageSuite, 2);
    return message ? status : kOfxStatErrMissingHostFeature;
  }
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextGeneral};
    describe(handle, "Caf\xe9", contexts, 1);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) return describe_in_context(handle);
  if (what == kOfxActionInstanceChanged) return changed(handle, in);
  if (what == kOfxImageEffectActionRender) {
    message->setPersistentMessage(const_cast<void*>(handle), kOfxMessageError, "no",
                                  "%s n'est pas pr\xeat", kSide);
    return kOfxStatFailed;
  }
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.caf\xe9", main_entry);
  return &the_plugin;
}
