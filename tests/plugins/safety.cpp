// Plug-ins of each render thread safety that measure how many of their renders run at once, two
// versions of one identifier, and one that refuses to load.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "plugin.h"

namespace {

using namespace test;

std::atomic<int> g_running{0};
std::atomic<int> g_most{0};
std::atomic<int> g_loads{0};

struct Instance {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
};

void raise_to(std::atomic<int>* most, int seen) {
  int before = *most;
  while (seen > before && !most->compare_exchange_weak(before, seen)) {
  }
}

Instance* instance_of(const void* handle) {
  void* data = nullptr;
  props->propGetPointer(properties(handle), kOfxPropInstanceData, 0, &data);
  return static_cast<Instance*>(data);
}

// On standard output, where a process that ends can still be heard.
void tell(const char* what) {
  std::printf("%s\n", what);
  std::fflush(stdout);
}

// Pixel (0, 0): most at once in the process, most at once in the instance, loads without unload.
OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  Instance* self = instance_of(handle);
  raise_to(&g_most, ++g_running);
  raise_to(&self->most, ++self->running);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const RenderArgs args(in);
  Image source(handle, kOfxImageEffectSimpleSourceClipName, args.time);
  Image output(handle, kOfxImageEffectOutputClipName, args.time);
  const bool good = source && output && output.channels == 4;
  if (good) {
    float* pixel = output.at<float>(args.window[0], args.window[1]);
    pixel[0] = static_cast<float>(g_most);
    pixel[1] = static_cast<float>(self->most);
    pixel[2] = static_cast<float>(g_loads);
    pixel[3] = source.at<float>(args.window[0], args.window[1])[3];
  }
  --self->running;
  if (--g_running == 0) g_most = 0;
  return good ? kOfxStatOK : kOfxStatFailed;
}

OfxStatus entry(const char* action, const void* handle, OfxPropertySetHandle in,
                const char* safety) {
  const std::string what = action;
  static bool gone = false;  // Unload is the last call before a binary leaves memory
  if (gone) return kOfxStatErrFatal;
  if (what == kOfxActionLoad) {
    ++g_loads;
    return load();
  }
  if (what == kOfxActionUnload) {
    gone = --g_loads == 0;
    if (gone) tell("unloaded");
    return kOfxStatOK;
  }
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextFilter};
    describe(handle, safety, contexts, 1, true);
    return props->propSetString(properties(handle), kOfxImageEffectPluginRenderThreadSafety, 0,
                                safety);
  }
  if (what == kOfxImageEffectActionDescribeInContext) {
    define_clip(handle, kOfxImageEffectSimpleSourceClipName);
    define_clip(handle, kOfxImageEffectOutputClipName);
    return kOfxStatOK;
  }
  if (what == kOfxActionCreateInstance) {
    return props->propSetPointer(properties(handle), kOfxPropInstanceData, 0, new Instance);
  }
  if (what == kOfxActionDestroyInstance) {
    delete instance_of(handle);
    tell("destroyed");
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

OfxStatus unsafe(const char* action, const void* handle, OfxPropertySetHandle in,
                 OfxPropertySetHandle) {
  return entry(action, handle, in, kOfxImageEffectRenderUnsafe);
}
OfxStatus instance_safe(const char* action, const void* handle, OfxPropertySetHandle in,
                        OfxPropertySetHandle) {
  return entry(action, handle, in, kOfxImageEffectRenderInstanceSafe);
}
OfxStatus fully_safe(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle) {
  return entry(action, handle, in, kOfxImageEffectRenderFullySafe);
}
OfxStatus refuse(const char*, const void*, OfxPropertySetHandle, OfxPropertySetHandle) {
  return kOfxStatErrMissingHostFeature;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 5; }
OfxExport OfxPlugin* OfxGetPlugin(int nth) {
  static OfxPlugin all[] = {
      plugin("org.anatomatte.test.unsafe", unsafe),
      plugin("org.anatomatte.test.instance_safe", instance_safe),
      plugin("org.anatomatte.test.fully_safe", fully_safe, 0),
      plugin("org.anatomatte.test.fully_safe", fully_safe, 3),
      plugin("org.anatomatte.test.refuses", refuse),
  };
  return nth >= 0 && nth < 5 ? &all[nth] : nullptr;
}
