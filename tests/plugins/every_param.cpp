// One parameter of every type; the button "report" tells all values as the variadics give them.
#include <cstdio>

#include "plugin.h"

namespace {

using namespace test;

const OfxMessageSuiteV1* message;

void say(const void* handle, const std::string& text) {
  message->message(const_cast<void*>(handle), kOfxMessageLog, "log", "%s", text.c_str());
}

OfxPropertySetHandle define(OfxParamSetHandle set, const char* type, const char* name,
                            const char* parent = "") {
  OfxPropertySetHandle made = nullptr;
  params->paramDefine(set, type, name, &made);
  if (*parent) props->propSetString(made, kOfxParamPropParent, 0, parent);
  return made;
}

void define_numbers(OfxParamSetHandle set) {
  OfxPropertySetHandle p = define(set, kOfxParamTypeDouble, "width", "numbers");
  props->propSetDouble(p, kOfxParamPropDefault, 0, 2.5);
  props->propSetDouble(p, kOfxParamPropMin, 0, 0);
  props->propSetDouble(p, kOfxParamPropMax, 0, 100);
  props->propSetString(p, kOfxParamPropDoubleType, 0, kOfxParamDoubleTypeX);
  p = define(set, kOfxParamTypeInteger, "count", "numbers");
  props->propSetInt(p, kOfxParamPropDefault, 0, 3);
  props->propSetInt(p, kOfxParamPropMin, 0, 1);
  define(set, kOfxParamTypeDouble2D, "point", "numbers");
  p = define(set, kOfxParamTypeDouble2D, "centre", "numbers");
  props->propSetString(p, kOfxParamPropDoubleType, 0, kOfxParamDoubleTypeXYAbsolute);
  props->propSetString(p, kOfxParamPropDefaultCoordinateSystem, 0, kOfxParamCoordinatesNormalised);
  const double half[] = {0.5, 0.5};
  props->propSetDoubleN(p, kOfxParamPropDefault, 2, half);
  define(set, kOfxParamTypeDouble3D, "solid");
  define(set, kOfxParamTypeInteger2D, "cell");
  define(set, kOfxParamTypeInteger3D, "voxel");
  p = define(set, kOfxParamTypeRGB, "screen");
  const double green[] = {0, 1, 0};
  props->propSetDoubleN(p, kOfxParamPropDefault, 3, green);
  define(set, kOfxParamTypeRGBA, "fill");
}

void define_others(OfxParamSetHandle set) {
  define(set, kOfxParamTypeBoolean, "on");
  OfxPropertySetHandle p = define(set, kOfxParamTypeChoice, "mode");
  const char* labels[] = {"Off", "Soft edge", "Hard edge"};
  const char* keys[] = {"off", "soft", "hard"};
  props->propSetStringN(p, kOfxParamPropChoiceOption, 3, labels);
  props->propSetStringN(p, kOfxParamPropChoiceEnum, 3, keys);
  props->propSetInt(p, kOfxParamPropDefault, 0, 1);
  p = define(set, kOfxParamTypeStrChoice, "look");
  props->propSetStringN(p, kOfxParamPropChoiceOption, 3, labels);
  props->propSetStringN(p, kOfxParamPropChoiceEnum, 3, keys);
  props->propSetString(p, kOfxParamPropDefault, 0, "soft");
  p = define(set, kOfxParamTypeString, "note");
  props->propSetString(p, kOfxParamPropDefault, 0, "hallo");
  props->propSetInt(p, kOfxParamPropAnimates, 0, 1);
  define(set, kOfxParamTypeCustom, "state");
  define(set, kOfxParamTypeBytes, "blob");
  define(set, kOfxParamTypePushButton, "report");
  define(set, kOfxParamTypePushButton, "edit");
  define(set, kOfxParamTypePushButton, "keys");
  p = define(set, kOfxParamTypePage, "main_page");
  const char* children[] = {"width", kOfxParamPageSkipRow, "mode"};
  props->propSetStringN(p, kOfxParamPropPageChild, 3, children);
}

std::string numbers(const void* handle) {
  double w, x, y, cx, cy, a, b, c, r, g, bl, fr, fg, fb, fa;
  int n, u, v, i, j, k;
  params->paramGetValue(param(handle, "width"), &w);
  params->paramGetValue(param(handle, "count"), &n);
  params->paramGetValue(param(handle, "point"), &x, &y);
  params->paramGetValue(param(handle, "centre"), &cx, &cy);
  params->paramGetValue(param(handle, "solid"), &a, &b, &c);
  params->paramGetValue(param(handle, "cell"), &u, &v);
  params->paramGetValue(param(handle, "voxel"), &i, &j, &k);
  params->paramGetValue(param(handle, "screen"), &r, &g, &bl);
  params->paramGetValue(param(handle, "fill"), &fr, &fg, &fb, &fa);
  char line[400];
  std::snprintf(line, sizeof line, "%g|%d|%g %g|%g %g|%g %g %g|%d %d|%d %d %d|%g %g %g|%g %g %g %g",
                w, n, x, y, cx, cy, a, b, c, u, v, i, j, k, r, g, bl, fr, fg, fb, fa);
  return line;
}

std::string others(const void* handle) {
  int on = -1, mode = -1;
  char *look = nullptr, *note = nullptr, *state = nullptr;
  OfxBytes blob{nullptr, 0};
  params->paramGetValue(param(handle, "on"), &on);
  params->paramGetValue(param(handle, "mode"), &mode);
  params->paramGetValue(param(handle, "look"), &look);
  params->paramGetValue(param(handle, "note"), &note);
  params->paramGetValue(param(handle, "state"), &state);
  params->paramGetValue(param(handle, "blob"), &blob);
  const int last = blob.length ? blob.data[blob.length - 1] : -1;
  char line[400];
  std::snprintf(line, sizeof line, "%d|%d|%s|%s|%s|%d %d", on, mode, look, note, state,
                static_cast<int>(blob.length), last);
  return line;
}

// Sets what a plug-in may set, and tells the statuses.
std::string edit(const void* handle) {
  const unsigned char bytes[] = {1, 0, 9};
  const OfxBytes blob{bytes, 3};
  const OfxStatus status[] = {
      params->paramSetValue(param(handle, "width"), 7.5),
      params->paramSetValue(param(handle, "count"), 5),
      params->paramSetValue(param(handle, "point"), 1.5, -2.5),
      params->paramSetValue(param(handle, "voxel"), 1, 2, 3),
      params->paramSetValue(param(handle, "fill"), 0.1, 0.2, 0.3, 0.4),
      params->paramSetValue(param(handle, "note"), "set by the plug-in"),
      params->paramSetValue(param(handle, "blob"), &blob),
      params->paramSetValue(param(handle, "report"), 1),
      params->paramSetValue(nullptr, 1.0),
      params->paramSetValueAtTime(param(handle, "on"), 3.0, 1),
      params->paramCopy(param(handle, "centre"), param(handle, "point"), 0, nullptr),
      params->paramCopy(param(handle, "solid"), param(handle, "screen"), 0, nullptr),
  };
  std::string line;
  for (const OfxStatus s : status) line += std::to_string(s) + " ";
  return line;
}

// Keys of "width" as the suite sees them: 0 at 10, 4 at 20.
std::string keys(const void* handle) {
  OfxParamHandle width = param(handle, "width");
  params->paramSetValueAtTime(width, 10.0, 0.0);
  params->paramSetValueAtTime(width, 20.0, 4.0);
  unsigned int count = 0;
  params->paramGetNumKeys(width, &count);
  OfxTime first = -1;
  params->paramGetKeyTime(width, 0, &first);
  int before = -1, at = -1, after = -1;
  params->paramGetKeyIndex(width, 15, -1, &before);
  const OfxStatus none = params->paramGetKeyIndex(width, 15, 0, &at);
  params->paramGetKeyIndex(width, 15, 1, &after);
  double half = 0, slope = 0, area = 0;
  params->paramGetValueAtTime(width, 15.0, &half);
  params->paramGetDerivative(width, 15.0, &slope);
  params->paramGetIntegral(width, 5.0, 30.0, &area);
  const OfxStatus deleted = params->paramDeleteKey(width, 20);
  const OfxStatus again = params->paramDeleteKey(width, 20);
  char line[200];
  std::snprintf(line, sizeof line, "%u %g %d %d %d %g %g %g %d %d", count, first, before, none,
                after, half, slope, area, deleted, again);
  return line;
}

OfxStatus changed(const void* handle, OfxPropertySetHandle in) {
  const std::string name = text(in, kOfxPropName), reason = text(in, kOfxPropChangeReason);
  say(handle, "changed " + name + " " + reason);
  if (name == "report") say(handle, numbers(handle) + "|" + others(handle));
  if (name == "edit") say(handle, edit(handle));
  if (name == "keys") say(handle, keys(handle));
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle) {
  const std::string what = action;
  if (what == kOfxActionLoad) {
    message = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
    return load();
  }
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextFilter,
                                           kOfxImageEffectContextGeneral};
    describe(handle, "Every Param", contexts, 2);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) {
    define_clip(handle, kOfxImageEffectSimpleSourceClipName);
    define_clip(handle, kOfxImageEffectOutputClipName);
    OfxParamSetHandle set = nullptr;
    effects->getParamSet(effect_of(handle), &set);
    define(set, kOfxParamTypeGroup, "numbers");
    define_numbers(set);
    define_others(set);
    return kOfxStatOK;
  }
  if (what == kOfxActionBeginInstanceChanged || what == kOfxActionEndInstanceChanged) {
    say(handle, what);
    return kOfxStatOK;
  }
  if (what == kOfxActionInstanceChanged) return changed(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.params", main_entry);
  return &the_plugin;
}
