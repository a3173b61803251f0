// The table of suites, and memory, message, progress and time line.
#include "suites.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "effect.h"
#include "nuke/fnOfxExtensions.h"
#include "ofxParametricParam.h"

namespace pyopenfx {
namespace {

// ---- memory ----

struct Allocations {
  std::mutex mutex;
  std::unordered_map<void*, const void*> blocks;  // to the plug-in that took it
};

Allocations& allocations() {
  static auto* book = new Allocations;
  return *book;
}

OfxStatus memory_alloc(void*, size_t bytes, void** data) {
  if (!data) return kOfxStatErrValue;
  *data = std::malloc(bytes ? bytes : 1);
  if (!*data) return kOfxStatErrMemory;
  std::lock_guard<std::mutex> lock(allocations().mutex);
  const std::shared_ptr<Call> call = Call::current();
  allocations().blocks[*data] = call ? &call->effect->plugin() : nullptr;
  return kOfxStatOK;
}

OfxStatus memory_free(void* data) {
  {
    std::lock_guard<std::mutex> lock(allocations().mutex);
    if (allocations().blocks.erase(data) == 0) {
      breach(kMemoryFreedTwice, "freed memory that it does not have");
      return kOfxStatErrBadHandle;
    }
  }
  std::free(data);
  return kOfxStatOK;
}

// ---- messages ----

std::string format_text(const char* format, va_list args) {
  if (!format) return "";
  va_list again;
  va_copy(again, args);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length < 0) return format;
  std::string text(static_cast<size_t>(length) + 1, '\0');
  std::vsnprintf(text.data(), text.size(), format, args);
  text.resize(static_cast<size_t>(length));
  return text;
}

// A format whose arguments came to it as one va_list: each conversion prints the bytes of that
// list, of which the first is a blank and the next ends the text.  Natron 2.5 does so.
std::string forwarded_text(const char* format) {
  std::string text;
  for (const char* at = format ? format : ""; *at; ++at) {
    if (*at != '%') {
      text += *at;
    } else if (at[1] == '%') {
      text += *at++;
    } else {
      at += std::strcspn(at, "diouxXeEfFgGaAcsp");
      text += ' ';
      if (!*at) break;
    }
  }
  return text;
}

std::string message_text(Effect* effect, const char* format, va_list args) {
  const bool forwarded = effect && effect->plugin().quirks().forwards_arguments;
  return forwarded ? forwarded_text(format) : format_text(format, args);
}

std::string or_empty(const char* text) { return text ? text : ""; }

OfxStatus show_message(void* handle, const char* type, const char* id, const char* format, ...) {
  va_list args;
  va_start(args, format);
  Effect* effect = Effect::from(handle);
  const Message message{or_empty(type), or_empty(id), message_text(effect, format, args)};
  va_end(args);
  if (effect) {
    effect->add_message(message);
  } else {  // from Load, or about no instance: nowhere else to keep it
    std::fprintf(stderr, "%s: %s\n", message.type.c_str(), message.text.c_str());
  }
  if (message.type == kOfxMessageQuestion) {
    return effect ? static_cast<OfxStatus>(effect->answer) : kOfxStatReplyYes;
  }
  return kOfxStatOK;
}

OfxStatus set_persistent(void* handle, const char* type, const char* id, const char* format, ...) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  if (!type) return kOfxStatErrValue;
  va_list args;
  va_start(args, format);
  effect->set_persistent({type, or_empty(id), message_text(effect, format, args)});
  va_end(args);
  return kOfxStatOK;
}

OfxStatus clear_persistent(void* handle) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  effect->set_persistent({});
  return kOfxStatOK;
}

// Stands where some hosts have a pointer to nothing beside a null one.
OfxStatus clear_garbage(void*) {
  breach(kFunctionLacking, "called clearPersistentMessage where setPersistentMessage is null");
  return kOfxStatFailed;
}

// ---- progress ----

OfxStatus tell_progress(void* handle, double fraction) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  const std::shared_ptr<Call> call = effect->running_call();
  if (!call) return kOfxStatOK;
  try {
    if (call->progress && !call->progress(fraction)) return kOfxStatReplyNo;
    return effect->stop ? kOfxStatReplyNo : kOfxStatOK;
  } catch (...) {
    call->fail(std::current_exception());
    return kOfxStatReplyNo;
  }
}

OfxStatus progress_start(void* handle, const char*) {
  return Effect::from(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}
OfxStatus progress_start_v2(void* handle, const char*, const char*) {
  return Effect::from(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}
OfxStatus progress_end(void* handle) {
  return Effect::from(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}

// ---- time line ----

OfxStatus get_time(void* handle, double* time) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  if (!time) return kOfxStatErrValue;
  if (effect->plugin().quirks().time_line_is_mute) return kOfxStatErrUnsupported;
  *time = effect->time;
  return kOfxStatOK;
}

OfxStatus goto_time(void* handle, double time) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  effect->time = time;
  return kOfxStatOK;
}

OfxStatus get_bounds(void* handle, double* first, double* last) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  if (!first || !last) return kOfxStatErrValue;
  *first = effect->first_time;
  *last = effect->last_time;
  return kOfxStatOK;
}

// ---- what is not here ----

constexpr size_t kMostMissing = 1000;

struct Missing {
  std::mutex mutex;
  std::vector<MissingSuite> suites;
  bool tell = false;
};

Missing& missing() {
  static auto* the_missing = new Missing;
  return *the_missing;
}

void miss(const char* name, int version) {
  Missing& m = missing();
  std::lock_guard<std::mutex> lock(m.mutex);
  for (const MissingSuite& known : m.suites) {
    if (known.name == name && known.version == version) return;
  }
  if (m.suites.size() < kMostMissing) m.suites.push_back({name, version});
  if (m.tell) std::fprintf(stderr, "pyopenfx: no suite %s version %d\n", name, version);
}

struct SuiteRow {
  const char* name;
  int version;
  const void* suite;
};

}  // namespace

size_t forget_blocks(const void* plugin) {
  std::lock_guard<std::mutex> lock(allocations().mutex);
  size_t count = 0;
  for (auto it = allocations().blocks.begin(); it != allocations().blocks.end();) {
    auto block = it++;
    if (block->second != plugin) continue;
    allocations().blocks.erase(block);
    ++count;
  }
  return count;
}

const OfxMemorySuiteV1* memory_suite() {
  static const OfxMemorySuiteV1 suite = {memory_alloc, memory_free};
  return &suite;
}
const OfxMessageSuiteV1* message_suite_v1() {
  static const OfxMessageSuiteV1 suite = {show_message};
  return &suite;
}
const OfxMessageSuiteV2* message_suite_v2() {
  static const OfxMessageSuiteV2 suite = {show_message, set_persistent, clear_persistent};
  return &suite;
}
const OfxProgressSuiteV1* progress_suite_v1() {
  static const OfxProgressSuiteV1 suite = {progress_start, tell_progress, progress_end};
  return &suite;
}
const OfxProgressSuiteV2* progress_suite_v2() {
  static const OfxProgressSuiteV2 suite = {progress_start_v2, tell_progress, progress_end};
  return &suite;
}
const OfxTimeLineSuiteV1* time_line_suite() {
  static const OfxTimeLineSuiteV1 suite = {get_time, goto_time, get_bounds};
  return &suite;
}

std::vector<MissingSuite> missing_suites() {
  std::lock_guard<std::mutex> lock(missing().mutex);
  return missing().suites;
}

void tell_missing_suites(bool tell) {
  std::lock_guard<std::mutex> lock(missing().mutex);
  missing().tell = tell;
}

const void* fetch_suite(OfxPropertySetHandle host, const char* name, int version) {
  static const SuiteRow rows[] = {
      {kOfxPropertySuite, 1, property_suite()},
      {kOfxParameterSuite, 1, parameter_suite()},
      {kOfxImageEffectSuite, 1, image_effect_suite()},
      {kOfxMemorySuite, 1, memory_suite()},
      {kOfxMultiThreadSuite, 1, multi_thread_suite()},
      {kOfxMessageSuite, 1, message_suite_v1()},
      {kOfxMessageSuite, 2, message_suite_v2()},
      {kOfxProgressSuite, 1, progress_suite_v1()},
      {kOfxProgressSuite, 2, progress_suite_v2()},
      {kOfxTimeLineSuite, 1, time_line_suite()},
      {kOfxParametricParameterSuite, 1, parametric_suite()},
      {kFnOfxImageEffectPlaneSuite, 1, plane_suite_v1()},
      {kFnOfxImageEffectPlaneSuite, 2, plane_suite_v2()},
  };
  HostRecord* record = HostRecord::from(host);
  if (!record || !name) return nullptr;
  const Quirks& quirks = record->quirks;
  if (quirks.absent_suites.count({name, version})) {
    miss(name, version);
    return nullptr;
  }
  if (quirks.null_persistent_message && version == 2 && std::strcmp(name, kOfxMessageSuite) == 0) {
    static OfxMessageSuiteV2 half = {show_message, nullptr, clear_garbage};
    return &half;
  }
  for (const SuiteRow& row : rows) {
    if (row.version == version && std::strcmp(row.name, name) == 0) {
      return row.suite;
    }
  }
  miss(name, version);
  return nullptr;
}

}  // namespace pyopenfx
