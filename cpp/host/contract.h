// What a plug-in did against the standard, by the name of the rule that it broke.
#pragma once

#include <string>
#include <vector>

namespace pyopenfx {

constexpr char kImageNotReleased[] = "image_not_released";
constexpr char kUseAfterDestroy[] = "use_after_destroy";
constexpr char kParamSetInRender[] = "param_set_in_render";
constexpr char kExceptionCrossed[] = "exception_crossed";
constexpr char kMutexLeftLocked[] = "mutex_left_locked";
constexpr char kMemoryNotFreed[] = "memory_not_freed";
constexpr char kPlaneNotListed[] = "plane_not_listed";
constexpr char kFunctionLacking[] = "function_lacking";
constexpr char kMemoryFreedTwice[] = "memory_freed_twice";

struct Breach {
  std::string rule, text;
};

// Notes a breach with the action of this thread; outside of any action it is a stray.
void breach(const char* rule, const std::string& did);
void stray_breach(const char* rule, const std::string& text);
// The strays so far (at most a thousand), which are then forgotten.
std::vector<Breach> take_stray_breaches();

// Mutexes that this thread has locked; those locked since `depth` are given up, and counted.
size_t held_mutexes();
size_t give_up_mutexes(size_t depth);

// Blocks of the memory suite that a plug-in's actions took and nobody freed; then forgotten.
size_t forget_blocks(const void* plugin);

}  // namespace pyopenfx
