// Plug-ins that end or stop the process that they are in: when it opens them, in Describe, later.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "plugin.h"

namespace {

using namespace test;

#ifdef FATAL_AT_LOAD
[[maybe_unused]] const int the_end = std::raise(SIGSEGV);
#endif

const char* const kIdentifiers[] = {
    "org.anatomatte.test.fatal.well",  "org.anatomatte.test.fatal.crashes",
    "org.anatomatte.test.fatal.hangs", "org.anatomatte.test.fatal.exits",
    "org.anatomatte.test.fatal.lacks",
};
constexpr int kWell = 0, kCrashes = 1, kHangs = 2, kExits = 3, kLacks = 4, kCount = 5;

void end(int way) {
  if (way == kCrashes) std::raise(SIGSEGV);
  if (way == kExits) std::_Exit(0);
  while (way == kHangs) std::this_thread::sleep_for(std::chrono::seconds(1));
  if (way != kLacks) return;
  struct Suite {
    OfxStatus (*call)();
  };
  fetch<Suite>("OfxNobodysSuite", 7)->call();  // there is none: as some plug-ins do
}

OfxStatus enter(int way, const char* action, const void* handle) {
  const std::string what = action;
  if (what == kOfxActionLoad) return load();
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextGenerator};
    describe(handle, "Fatal", contexts, 1);
#ifdef FATAL_IN_DESCRIBE
    end(way);
#endif
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) {
    define_clip(handle, kOfxImageEffectOutputClipName);
    return kOfxStatOK;
  }
  if (what != kOfxImageEffectActionRender) return kOfxStatReplyDefault;
  end(way);
  return kOfxStatFailed;
}

template <int way>
OfxStatus entry(const char* action, const void* handle, OfxPropertySetHandle,
                OfxPropertySetHandle) {
  return enter(way, action, handle);
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return kCount; }
OfxExport OfxPlugin* OfxGetPlugin(int index) {
  static OfxPlugin plugins[] = {
      plugin(kIdentifiers[0], entry<0>), plugin(kIdentifiers[1], entry<1>),
      plugin(kIdentifiers[2], entry<2>), plugin(kIdentifiers[3], entry<3>),
      plugin(kIdentifiers[4], entry<4>),
  };
  return index >= 0 && index < kCount ? &plugins[index] : nullptr;
}
