// The suites of the test host.
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "fake_host.h"

namespace fake {

namespace {

PropertySet* set_of(OfxPropertySetHandle handle) { return reinterpret_cast<PropertySet*>(handle); }
Effect* effect_of(const void* handle) {
  return reinterpret_cast<Effect*>(const_cast<void*>(handle));
}

bool refused(const char* name) {
  Host& host = Host::get();
  if (host.fail_after == 0) return true;
  if (host.fail_after > 0) --host.fail_after;
  return host.absent.count(name) != 0;
}

OfxStatus put(OfxPropertySetHandle handle, const char* name, int index, Value value) {
  if (!handle) return kOfxStatErrBadHandle;
  if (refused(name)) return kOfxStatErrUnknown;
  auto& values = set_of(handle)->values[name];
  if (index < 0 || index > 4096) return kOfxStatErrBadIndex;
  if (values.size() <= static_cast<size_t>(index)) values.resize(static_cast<size_t>(index) + 1);
  values[static_cast<size_t>(index)] = std::move(value);
  return kOfxStatOK;
}

const Value* get(OfxPropertySetHandle handle, const char* name, int index) {
  if (!handle || refused(name)) return nullptr;
  const auto found = set_of(handle)->values.find(name);
  if (found == set_of(handle)->values.end()) return nullptr;
  if (index < 0 || static_cast<size_t>(index) >= found->second.size()) return nullptr;
  return &found->second[static_cast<size_t>(index)];
}

OfxStatus set_pointer(OfxPropertySetHandle h, const char* n, int i, void* v) {
  return put(h, n, i, v);
}
OfxStatus set_string(OfxPropertySetHandle h, const char* n, int i, const char* v) {
  return put(h, n, i, std::string(v));
}
OfxStatus set_double(OfxPropertySetHandle h, const char* n, int i, double v) {
  return put(h, n, i, v);
}
OfxStatus set_int(OfxPropertySetHandle h, const char* n, int i, int v) { return put(h, n, i, v); }

OfxStatus get_pointer(OfxPropertySetHandle h, const char* n, int i, void** out) {
  const Value* value = get(h, n, i);
  void* const* pointer = value ? std::get_if<void*>(value) : nullptr;
  if (!pointer) return kOfxStatErrUnknown;
  *out = *pointer;
  return kOfxStatOK;
}

OfxStatus get_string(OfxPropertySetHandle h, const char* n, int i, char** out) {
  const Value* value = get(h, n, i);
  const std::string* text = value ? std::get_if<std::string>(value) : nullptr;
  if (!text) return kOfxStatErrUnknown;
  *out = const_cast<char*>(text->c_str());
  return kOfxStatOK;
}

OfxStatus get_double(OfxPropertySetHandle h, const char* n, int i, double* out) {
  const Value* value = get(h, n, i);
  if (!value) return kOfxStatErrUnknown;
  if (const double* d = std::get_if<double>(value)) return *out = *d, kOfxStatOK;
  if (const int* d = std::get_if<int>(value)) return *out = *d, kOfxStatOK;
  return kOfxStatErrValue;
}

OfxStatus get_int(OfxPropertySetHandle h, const char* n, int i, int* out) {
  const Value* value = get(h, n, i);
  const int* number = value ? std::get_if<int>(value) : nullptr;
  if (!number) return kOfxStatErrUnknown;
  *out = *number;
  return kOfxStatOK;
}

OfxStatus dimension(OfxPropertySetHandle h, const char* n, int* count) {
  const auto found = set_of(h)->values.find(n);
  *count = found == set_of(h)->values.end() ? 0 : static_cast<int>(found->second.size());
  return kOfxStatOK;
}

OfxStatus effect_properties(OfxImageEffectHandle effect, OfxPropertySetHandle* out) {
  *out = effect_of(effect)->properties.handle();
  return kOfxStatOK;
}

OfxStatus param_set(OfxImageEffectHandle effect, OfxParamSetHandle* out) {
  *out = reinterpret_cast<OfxParamSetHandle>(effect);
  return kOfxStatOK;
}

OfxStatus clip_define(OfxImageEffectHandle effect, const char* name, OfxPropertySetHandle* out) {
  auto clip = std::make_unique<Clip>();
  clip->name = name;
  *out = clip->properties.handle();
  effect_of(effect)->clips.push_back(std::move(clip));
  return kOfxStatOK;
}

OfxStatus clip_handle(OfxImageEffectHandle effect, const char* name, OfxImageClipHandle* clip,
                      OfxPropertySetHandle* properties) {
  Clip* found = effect_of(effect)->clip(name);
  *clip = reinterpret_cast<OfxImageClipHandle>(found);
  if (properties) *properties = found ? found->properties.handle() : nullptr;
  return kOfxStatOK;  // as MLT: OK with a null handle
}

OfxStatus clip_properties(OfxImageClipHandle clip, OfxPropertySetHandle* out) {
  *out = reinterpret_cast<Clip*>(clip)->properties.handle();
  return kOfxStatOK;
}

OfxStatus get_image(OfxImageClipHandle handle, OfxTime, const OfxRectD*,
                    OfxPropertySetHandle* image) {
  Clip* clip = reinterpret_cast<Clip*>(handle);
  if (!clip->picture) return clip->lacks;
  *image = clip->picture->properties.handle();
  ++Host::get().images_out;
  return kOfxStatOK;
}

OfxStatus release_image(OfxPropertySetHandle) {
  --Host::get().images_out;
  return kOfxStatOK;
}

OfxStatus get_rod(OfxImageClipHandle handle, OfxTime, OfxRectD* out) {
  const double* rod = reinterpret_cast<Clip*>(handle)->rod;
  *out = {rod[0], rod[1], rod[2], rod[3]};
  return kOfxStatOK;
}

int abort_asked(OfxImageEffectHandle) { return Host::get().abort(); }

OfxStatus param_define(OfxParamSetHandle set, const char* type, const char* name,
                       OfxPropertySetHandle* out) {
  Effect* effect = reinterpret_cast<Effect*>(set);
  if (effect->param(name)) return kOfxStatErrExists;
  auto param = std::make_unique<Param>();
  param->type = type;
  *out = param->properties.handle();
  effect->params.push_back(std::move(param));
  effect->param_names.push_back(name);
  return kOfxStatOK;
}

OfxStatus param_handle(OfxParamSetHandle set, const char* name, OfxParamHandle* out,
                       OfxPropertySetHandle*) {
  *out = reinterpret_cast<OfxParamHandle>(reinterpret_cast<Effect*>(set)->param(name));
  return *out ? kOfxStatOK : kOfxStatErrUnknown;
}

OfxStatus param_set_properties(OfxParamSetHandle set, OfxPropertySetHandle* out) {
  *out = reinterpret_cast<Effect*>(set)->param_set.handle();
  return kOfxStatOK;
}

OfxStatus param_properties(OfxParamHandle param, OfxPropertySetHandle* out) {
  *out = reinterpret_cast<Param*>(param)->properties.handle();
  return kOfxStatOK;
}

OfxStatus value_at_time(OfxParamHandle handle, OfxTime time, ...) {
  Param* param = reinterpret_cast<Param*>(handle);
  va_list list;
  va_start(list, time);
  const int count = param->type == kOfxParamTypeRGB        ? 3
                    : param->type == kOfxParamTypeDouble2D ? 2
                                                           : 1;
  const bool real = param->type == kOfxParamTypeDouble || count > 1;
  for (int i = 0; i < count; ++i) {
    if (real) {
      *va_arg(list, double*) = param->number[i] + param->drift * time;
    } else {
      *va_arg(list, int*) = static_cast<int>(param->number[i]);
    }
  }
  va_end(list);
  return kOfxStatOK;
}

OfxStatus set_value(OfxParamHandle handle, ...) {
  Param* param = reinterpret_cast<Param*>(handle);
  va_list list;
  va_start(list, handle);
  const bool place = param->type == kOfxParamTypeDouble2D;
  if (param->type == kOfxParamTypeString) param->text = va_arg(list, const char*);
  for (int i = 0; place && i < 2; ++i) param->number[i] = va_arg(list, double);
  va_end(list);
  return place || param->type == kOfxParamTypeString ? kOfxStatOK : kOfxStatErrUnsupported;
}

OfxStatus message(void*, const char*, const char*, const char* format, ...) {
  char text[4096];
  va_list list;
  va_start(list, format);
  std::vsnprintf(text, sizeof(text), format, list);
  va_end(list);
  Host::get().messages.push_back(text);
  return kOfxStatOK;
}

OfxStatus clear_message(void*) {
  ++Host::get().cleared;
  return kOfxStatOK;
}

OfxStatus progress_start(void*, const char*, const char*) {
  ++Host::get().progress_open;
  ++Host::get().progress_started;
  return kOfxStatOK;
}
OfxStatus progress_update(void*, double fraction) { return Host::get().on_progress(fraction); }
OfxStatus progress_end(void*) {
  --Host::get().progress_open;
  return kOfxStatOK;
}

OfxPropertySuiteV1 property_suite() {
  OfxPropertySuiteV1 suite{};
  suite.propSetPointer = set_pointer;
  suite.propSetString = set_string;
  suite.propSetDouble = set_double;
  suite.propSetInt = set_int;
  suite.propGetPointer = get_pointer;
  suite.propGetString = get_string;
  suite.propGetDouble = get_double;
  suite.propGetInt = get_int;
  suite.propGetDimension = dimension;
  return suite;
}

OfxImageEffectSuiteV1 effect_suite() {
  OfxImageEffectSuiteV1 suite{};
  suite.getPropertySet = effect_properties;
  suite.getParamSet = param_set;
  suite.clipDefine = clip_define;
  suite.clipGetHandle = clip_handle;
  suite.clipGetPropertySet = clip_properties;
  suite.clipGetImage = get_image;
  suite.clipReleaseImage = release_image;
  suite.clipGetRegionOfDefinition = get_rod;
  suite.abort = abort_asked;
  return suite;
}

OfxParameterSuiteV1 parameter_suite() {
  OfxParameterSuiteV1 suite{};
  suite.paramDefine = param_define;
  suite.paramGetHandle = param_handle;
  suite.paramSetGetPropertySet = param_set_properties;
  suite.paramGetPropertySet = param_properties;
  suite.paramGetValueAtTime = value_at_time;
  suite.paramSetValue = set_value;
  return suite;
}

const void* fetch_suite(OfxPropertySetHandle, const char* name, int version) {
  static OfxPropertySuiteV1 properties = property_suite();
  static OfxImageEffectSuiteV1 effects = effect_suite();
  static OfxParameterSuiteV1 params = parameter_suite();
  static OfxMessageSuiteV1 message_v1 = {message};
  static OfxMessageSuiteV2 message_v2 = {message, message, clear_message};
  static OfxMessageSuiteV2 broken[] = {{message, nullptr, clear_message},
                                       {message, message, nullptr}};
  static OfxProgressSuiteV2 progress = {progress_start, progress_update, progress_end};
  Host& host = Host::get();
  if (host.absent_suites.count(name + std::to_string(version))) return nullptr;
  const std::string wanted = name;
  if (wanted == kOfxPropertySuite) return &properties;
  if (wanted == kOfxImageEffectSuite) return &effects;
  if (wanted == kOfxParameterSuite) return &params;
  if (wanted == kOfxMessageSuite && version == 1) return &message_v1;
  if (wanted == kOfxMessageSuite && host.broken_messages) return &broken[host.broken_messages - 1];
  if (wanted == kOfxMessageSuite) return &message_v2;
  if (wanted == kOfxProgressSuite && version == 2) return &progress;
  return nullptr;
}

}  // namespace

Host::Host() {
  properties.set(kOfxPropName, {std::string("org.anatomatte.FakeHost")});
  properties.set(kOfxImageEffectPropTemporalClipAccess, {1});
  ofx.host = properties.handle();
  ofx.fetchSuite = fetch_suite;
}

Host& Host::get() {
  static Host host;
  return host;
}

}  // namespace fake
