// Plug-ins that copy Source to Output and are each wrong in exactly one way; "good" is in none.
#include <stdexcept>

#include "plugin.h"

namespace {

using namespace test;

enum Wrong {
  kGood,
  kImageNotReleased,
  kUsesReleasedImage,
  kReleasesTwice,
  kUsesDestroyedInstance,
  kUsesDestroyedParam,
  kWritesBelowWindow,
  kWritesBeforeBuffer,
  kWritesBehindRow,
  kWritesToInput,
  kLeavesPixels,
  kRenderByDefault,
  kRepliesYes,
  kDescribesByDefault,
  kSetsParam,
  kThrows,
  kThrowsInThread,
  kLeavesMutexLocked,
  kLeavesMemory,
  kLeavesImageMemory,
  kFreesTwice,
  kDestroysByDefault,  // which the standard allows
  kTakesNoScale,       // and neither is this wrong
  kWrongs
};

const char* const kNames[kWrongs] = {
    "good",
    "image_not_released",
    "uses_released_image",
    "releases_twice",
    "uses_destroyed_instance",
    "uses_destroyed_param",
    "writes_below_window",
    "writes_before_buffer",
    "writes_behind_row",
    "writes_to_input",
    "leaves_pixels",
    "render_by_default",
    "replies_yes",
    "describes_by_default",
    "sets_param",
    "throws",
    "throws_in_thread",
    "leaves_mutex_locked",
    "leaves_memory",
    "leaves_image_memory",
    "frees_twice",
    "destroys_by_default",
    "takes_no_scale",
};

const OfxMemorySuiteV1* memory;
const OfxMultiThreadSuiteV1* threads;
OfxImageEffectHandle destroyed_instance;
OfxParamHandle destroyed_param;

void throws_here(unsigned int, unsigned int, void*) { throw std::runtime_error("from a thread"); }

// Everything but pixels.
void misbehave(Wrong wrong, const void* handle, double time) {
  OfxImageClipHandle clip = nullptr;
  OfxPropertySetHandle image = nullptr;
  effects->clipGetHandle(effect_of(handle), kOfxImageEffectSimpleSourceClipName, &clip, nullptr);
  if (wrong >= kImageNotReleased && wrong <= kReleasesTwice) {
    effects->clipGetImage(clip, time, nullptr, &image);
    if (wrong != kImageNotReleased) effects->clipReleaseImage(image);
    if (wrong == kUsesReleasedImage) integer(image, kOfxImagePropRowBytes);
    if (wrong == kReleasesTwice) effects->clipReleaseImage(image);
  }
  double value = 0;
  if (wrong == kUsesDestroyedInstance && destroyed_instance) properties(destroyed_instance);
  if (wrong == kUsesDestroyedParam && destroyed_param) {
    params->paramGetValue(destroyed_param, &value);
  }
  if (wrong == kSetsParam) params->paramSetValue(param(handle, "value"), 0.5);
  if (wrong == kThrows) throw std::runtime_error("must not leave");
  if (wrong == kThrowsInThread) threads->multiThread(throws_here, 2, nullptr);
  if (wrong == kLeavesMutexLocked) {
    OfxMutexHandle mutex = nullptr;
    threads->mutexCreate(&mutex, 0);
    threads->mutexLock(mutex);
  }
  void* block = nullptr;
  OfxImageMemoryHandle pixels = nullptr;
  if (wrong == kLeavesMemory || wrong == kFreesTwice) memory->memoryAlloc(nullptr, 64, &block);
  if (wrong == kFreesTwice) {
    memory->memoryFree(block);
    memory->memoryFree(block);
  }
  if (wrong == kLeavesImageMemory) effects->imageMemoryAlloc(effect_of(handle), 64, &pixels);
}

OfxStatus render(Wrong wrong, const void* handle, OfxPropertySetHandle in) {
  const RenderArgs args(in);
  if (wrong == kRenderByDefault) return kOfxStatReplyDefault;
  misbehave(wrong, handle, args.time);
  Image source(handle, kOfxImageEffectSimpleSourceClipName, args.time);
  Image output(handle, kOfxImageEffectOutputClipName, args.time);
  if (!source || !output) return kOfxStatFailed;
  const size_t bytes = static_cast<size_t>(output.channels) * output.item;
  int first = args.window[1];
  if (wrong == kWritesBelowWindow && first > output.bounds[1]) --first;
  for (int y = first; y < args.window[3]; ++y) {
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      if (wrong == kLeavesPixels && x == args.window[2] - 1 && y == args.window[3] - 1) continue;
      const char* from = source.at<char>(x, y);
      char* to = output.at<char>(x, y);
      if (from) std::memcpy(to, from, bytes);
      if (!from) std::memset(to, 0, bytes);
    }
  }
  char* corner = output.at<char>(output.bounds[0], output.bounds[1]);
  const int width = output.bounds[2] - output.bounds[0];
  if (wrong == kWritesBeforeBuffer) std::memset(corner - output.row_bytes, 1, 1);
  if (wrong == kWritesBehindRow) std::memset(corner + width * bytes, 1, 2);
  if (wrong == kWritesToInput) {
    std::memset(source.at<char>(source.bounds[0], source.bounds[1]), 7, 1);
  }
  return wrong == kRepliesYes ? kOfxStatReplyYes : kOfxStatOK;
}

OfxStatus describe_in_context(Wrong wrong, const void* handle) {
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  define_clip(handle, kOfxImageEffectOutputClipName);
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  params->paramDefine(set, kOfxParamTypeDouble, "value", nullptr);
  return wrong == kDescribesByDefault ? kOfxStatReplyDefault : kOfxStatOK;
}

OfxStatus enter(Wrong wrong, const char* action, const void* handle, OfxPropertySetHandle in) {
  const std::string what = action;
  if (what == kOfxActionLoad) {
    memory = fetch<OfxMemorySuiteV1>(kOfxMemorySuite, 1);
    threads = fetch<OfxMultiThreadSuiteV1>(kOfxMultiThreadSuite, 1);
    return load();
  }
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextFilter};
    describe(handle, kNames[wrong], contexts, 1);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) return describe_in_context(wrong, handle);
  if (what == kOfxActionDestroyInstance) {
    destroyed_instance = effect_of(handle);
    destroyed_param = param(handle, "value");
    if (wrong != kDestroysByDefault) return kOfxStatOK;
    const auto* messages = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
    messages->message(destroyed_instance, kOfxMessageLog, "end", "destroyed");
    return kOfxStatReplyDefault;
  }
  double scale = 1;
  if (wrong == kTakesNoScale && in) scale = number(in, kOfxImageEffectPropRenderScale);
  if (what == kOfxImageEffectActionGetRegionOfDefinition && scale == 0.5) return kOfxStatFailed;
  if (what == kOfxImageEffectActionRender) return render(wrong, handle, in);
  return kOfxStatReplyDefault;
}

// An entry point for each way to be wrong, since entry points are told no identifier.
template <int wrong>
OfxStatus entry(const char* action, const void* handle, OfxPropertySetHandle in,
                OfxPropertySetHandle) {
  return enter(static_cast<Wrong>(wrong), action, handle, in);
}

template <int wrong>
void collect(OfxPlugin* plugins, std::string* identifiers) {
  identifiers[wrong] = std::string("org.anatomatte.test.broken.") + kNames[wrong];
  plugins[wrong] = plugin(identifiers[wrong].c_str(), entry<wrong>);
  if constexpr (wrong + 1 < kWrongs) collect<wrong + 1>(plugins, identifiers);
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return kWrongs; }
OfxExport OfxPlugin* OfxGetPlugin(int index) {
  static std::string identifiers[kWrongs];
  static OfxPlugin plugins[kWrongs];
  if (identifiers[0].empty()) collect<0>(plugins, identifiers);
  return index >= 0 && index < kWrongs ? &plugins[index] : nullptr;
}
