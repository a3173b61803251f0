// What the suites beside pixels and parameters do, one case at a time; results come as messages.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include "plugin.h"

namespace {

using namespace test;

const OfxMemorySuiteV1* memory;
const OfxMultiThreadSuiteV1* threads;
const OfxMessageSuiteV1* message1;
const OfxMessageSuiteV2* message2;
const OfxProgressSuiteV1* progress1;
const OfxProgressSuiteV2* progress2;
const OfxTimeLineSuiteV1* time_line;

void say(const void* handle, const std::string& text) {
  message1->message(const_cast<void*>(handle), kOfxMessageLog, "case", "%s", text.c_str());
}

OfxStatus load_suites() {
  if (load() != kOfxStatOK) return kOfxStatErrMissingHostFeature;
  memory = fetch<OfxMemorySuiteV1>(kOfxMemorySuite, 1);
  threads = fetch<OfxMultiThreadSuiteV1>(kOfxMultiThreadSuite, 1);
  message1 = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
  message2 = fetch<OfxMessageSuiteV2>(kOfxMessageSuite, 2);
  progress1 = fetch<OfxProgressSuiteV1>(kOfxProgressSuite, 1);
  progress2 = fetch<OfxProgressSuiteV2>(kOfxProgressSuite, 2);
  time_line = fetch<OfxTimeLineSuiteV1>(kOfxTimeLineSuite, 1);
  const bool none = !host->fetchSuite(host->host, "OfxNoSuchSuite", 1) &&
                    !host->fetchSuite(host->host, kOfxMemorySuite, 9);
  return memory && threads && message1 && message2 && progress1 && progress2 && time_line && none
             ? kOfxStatOK
             : kOfxStatErrMissingHostFeature;
}

OfxStatus memory_case(const void* handle) {
  void* block = nullptr;
  OfxStatus first = memory->memoryAlloc(nullptr, 1 << 20, &block);
  std::memset(block, 7, 1 << 20);
  const OfxStatus freed = memory->memoryFree(block);
  const OfxStatus twice = memory->memoryFree(block);
  OfxImageMemoryHandle image = nullptr;
  effects->imageMemoryAlloc(effect_of(handle), 64, &image);
  void* data = nullptr;
  const OfxStatus locked = effects->imageMemoryLock(image, &data);
  std::memset(data, 1, 64);
  effects->imageMemoryUnlock(image);
  const OfxStatus gone = effects->imageMemoryFree(image);
  const OfxStatus again = effects->imageMemoryFree(image);
  char line[80];
  std::snprintf(line, sizeof line, "%d %d %d %d %d %d", first, freed, twice, locked, gone, again);
  say(handle, line);
  return kOfxStatOK;
}

struct Sum {
  OfxMutexHandle mutex;
  const void* effect;
  double time;
  int total = 0, calls = 0, wrong = 0, nested = 0, fetched = 0;
};

void add_index(unsigned int index, unsigned int n, void* custom) {
  auto* sum = static_cast<Sum*>(custom);
  unsigned int told = 99;
  threads->multiThreadIndex(&told);
  Image source(sum->effect, kOfxImageEffectSimpleSourceClipName, sum->time);
  const OfxStatus nested = threads->multiThread(add_index, 2, custom);
  threads->mutexLock(sum->mutex);
  threads->mutexLock(sum->mutex);  // once more: recursive
  sum->total += static_cast<int>(index);
  ++sum->calls;
  sum->wrong += told != index || n != 20 || !threads->multiThreadIsSpawnedThread();
  sum->nested += nested == kOfxStatErrExists;
  sum->fetched += static_cast<bool>(source);
  threads->mutexUnLock(sum->mutex);
  threads->mutexUnLock(sum->mutex);
}

OfxStatus threads_case(const void* handle, double time) {
  Sum sum{nullptr, handle, time};
  threads->mutexCreate(&sum.mutex, 0);
  threads->multiThread(add_index, 20, &sum);
  unsigned int cpus = 0;
  threads->multiThreadNumCPUs(&cpus);
  threads->mutexLock(sum.mutex);
  OfxStatus other = kOfxStatOK, stolen = kOfxStatOK;
  std::thread([&] {
    other = threads->mutexTryLock(sum.mutex);
    stolen = threads->mutexUnLock(sum.mutex);
  }).join();
  threads->mutexUnLock(sum.mutex);
  threads->mutexDestroy(sum.mutex);
  char line[120];
  std::snprintf(line, sizeof line, "%d %d %d %d %d %u %d %d %d", sum.total, sum.calls, sum.wrong,
                sum.nested, sum.fetched, cpus, other, stolen,
                threads->multiThreadIsSpawnedThread());
  say(handle, line);
  return kOfxStatOK;
}

OfxStatus message_case(const void* handle) {
  void* self = const_cast<void*>(handle);
  const OfxStatus reply = message2->message(self, kOfxMessageQuestion, "q", "%d of %s?", 3, "4");
  message2->message(self, kOfxMessageWarning, "w", "replied %d", reply);
  message2->setPersistentMessage(self, kOfxMessageWarning, "p", "%.1f%% done", 50.0);
  return kOfxStatOK;
}

OfxStatus progress_case(const void* handle) {
  void* self = const_cast<void*>(handle);
  progress1->progressStart(self, "one");
  OfxStatus status = progress1->progressUpdate(self, 0.25);
  progress1->progressEnd(self);
  progress2->progressStart(self, "two", "id");
  if (status == kOfxStatOK) status = progress2->progressUpdate(self, 0.75);
  progress2->progressEnd(self);
  say(handle, "progress " + std::to_string(status));
  return status == kOfxStatOK ? kOfxStatOK : kOfxStatFailed;
}

OfxStatus time_case(const void* handle) {
  void* self = const_cast<void*>(handle);
  double now = 0, first = 0, last = 0;
  time_line->getTime(self, &now);
  time_line->getTimeBounds(self, &first, &last);
  time_line->gotoTime(self, last);
  char line[80];
  std::snprintf(line, sizeof line, "%g %g %g", now, first, last);
  say(handle, line);
  return kOfxStatOK;
}

// Waits to be stopped, ten seconds at most.
OfxStatus wait_case(const void* handle) {
  for (int i = 0; i < 2000; ++i) {
    if (effects->abort(effect_of(handle))) return kOfxStatOK;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return kOfxStatFailed;
}

// Keeps an image, releases another twice, releases what is none.
OfxStatus leak_case(const void* handle, double time) {
  OfxImageClipHandle clip = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectSimpleSourceClipName, &clip, nullptr);
  OfxPropertySetHandle kept = nullptr, image = nullptr;
  effects->clipGetImage(clip, time, nullptr, &kept);
  effects->clipGetImage(clip, time, nullptr, &image);
  effects->clipReleaseImage(image);
  say(handle, "none " + std::to_string(effects->clipReleaseImage(properties(handle))));
  return kOfxStatOK;
}

// Where the pixels lie, and which region the output's clip claims while it is written.
OfxStatus memory_of_source_case(const void* handle, double time) {
  Image source(handle, kOfxImageEffectSimpleSourceClipName, time);
  OfxImageClipHandle clip = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectOutputClipName, &clip, nullptr);
  OfxRectD rod{};
  effects->clipGetRegionOfDefinition(clip, time, &rod);
  char line[200];
  std::snprintf(line, sizeof line, "%zu %d %g %g %g %g",
                reinterpret_cast<size_t>(source.at<char>(source.bounds[0], source.bounds[1])),
                source.row_bytes, rod.x1, rod.y1, rod.x2, rod.y2);
  say(handle, line);
  return kOfxStatOK;
}

// What the matte clip gives.
OfxStatus matte_case(const void* handle, double time) {
  OfxPropertySetHandle clip = nullptr;
  effects->clipGetHandle(effect_of(handle), "Matte", nullptr, &clip);
  Image matte(handle, "Matte", time);
  char line[200];
  std::snprintf(
      line, sizeof line, "%d %s %s %g", integer(clip, kOfxImageClipPropConnected),
      matte.components.c_str(), matte.depth.c_str(),
      matte && matte.item == 4 ? *matte.at<float>(matte.bounds[0], matte.bounds[1]) : -1.0);
  say(handle, line);
  return kOfxStatOK;
}

// A thread that the host knows nothing of asks for pixels.
OfxStatus own_thread_case(const void* handle, double time) {
  bool found = false;
  std::thread([&] {
    Image source(handle, kOfxImageEffectSimpleSourceClipName, time);
    found = static_cast<bool>(source);
  }).join();
  say(handle, found ? "found" : "none");
  return kOfxStatOK;
}

OfxStatus fail_case(const void* handle, OfxStatus status) {
  message2->setPersistentMessage(const_cast<void*>(handle), kOfxMessageError, "e", "%s",
                                 "The frame is too dark. Light it.");
  return status;
}

OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const double time = number(in, kOfxPropTime);
  char* chosen = nullptr;
  params->paramGetValue(param(handle, "case"), &chosen);
  const std::string what = chosen ? chosen : "";
  message2->clearPersistentMessage(const_cast<void*>(handle));
  if (what == "memory") return memory_case(handle);
  if (what == "threads") return threads_case(handle, time);
  if (what == "message") return message_case(handle);
  if (what == "progress") return progress_case(handle);
  if (what == "time") return time_case(handle);
  if (what == "wait") return wait_case(handle);
  if (what == "memory of source") return memory_of_source_case(handle, time);
  if (what == "matte") return matte_case(handle, time);
  if (what == "leak") return leak_case(handle, time);
  if (what == "own thread") return own_thread_case(handle, time);
  if (what == "fail") return fail_case(handle, kOfxStatFailed);
  if (what == "no memory") return fail_case(handle, kOfxStatErrMemory);
  if (what == "default") return kOfxStatReplyDefault;
  if (what == "throw") throw std::runtime_error("must not leave");
  if (what == "edit") return params->paramSetValue(param(handle, "case"), "edited");
  if (what == "arguments") {
    char line[120];
    std::snprintf(line, sizeof line, "%s %d %d %d",
                  text(in, kOfxImageEffectPropFieldToRender).c_str(),
                  integer(in, kOfxImageEffectPropSequentialRenderStatus),
                  integer(in, kOfxImageEffectPropInteractiveRenderStatus),
                  integer(in, kOfxImageEffectPropRenderQualityDraft));
    say(handle, line);
  }
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle) {
  const std::string what = action;
  if (what == kOfxActionLoad) return load_suites();
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextFilter};
    describe(handle, "Suites", contexts, 1);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) {
    define_clip(handle, kOfxImageEffectSimpleSourceClipName);
    define_clip(handle, kOfxImageEffectOutputClipName);
    OfxPropertySetHandle matte = define_clip(handle, "Matte", true);
    const char* alpha = kOfxImageComponentAlpha;
    props->propSetStringN(matte, kOfxImageEffectPropSupportedComponents, 1, &alpha);
    OfxParamSetHandle set = nullptr;
    effects->getParamSet(effect_of(handle), &set);
    return params->paramDefine(set, kOfxParamTypeString, "case", nullptr);
  }
  if (what == kOfxImageEffectActionBeginSequenceRender ||
      what == kOfxImageEffectActionEndSequenceRender) {
    char* chosen = nullptr;
    params->paramGetValue(param(handle, "case"), &chosen);
    if (chosen && std::string(chosen) == "refuse") return kOfxStatErrUnsupported;
    if (chosen && std::string(chosen) == "sequence") {
      say(handle, what + " " + std::to_string(number(in, kOfxImageEffectPropFrameRange, 1)));
    }
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.suites", main_entry);
  return &the_plugin;
}
