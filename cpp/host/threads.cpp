// The multi-thread suite: real threads and mutexes that know their owner.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "call.h"
#include "handles.h"
#include "suites.h"

namespace pyopenfx {
namespace {

std::atomic<unsigned int> g_threads{0};
constexpr unsigned int kMostThreads = 4096;

thread_local bool t_spawned = false;
thread_local unsigned int t_index = 0;

class SpawnedScope {
 public:
  explicit SpawnedScope(unsigned int index) {
    t_spawned = true;
    t_index = index;
  }
  ~SpawnedScope() {
    t_spawned = false;
    t_index = 0;
  }
};

// Every index runs exactly once, on at most thread_count() threads of which one is the caller's.
OfxStatus multi_thread(OfxThreadFunctionV1 function, unsigned int n, void* custom) {
  if (!function || n > kMostThreads) return kOfxStatFailed;
  if (t_spawned) return kOfxStatErrExists;
  if (n == 0) n = thread_count();
  std::atomic<unsigned int> next{0};
  std::atomic<bool> thrown{false};
  const std::shared_ptr<Call> call = Call::current();
  const auto work = [&] {
    CallScope scope(call);
    for (unsigned int i = next++; i < n; i = next++) {
      SpawnedScope spawned(i);
      try {
        function(i, n, custom);
      } catch (...) {
        breach(kExceptionCrossed, "let a C++ exception out of a thread");
        thrown = true;
      }
    }
  };
  std::vector<std::thread> threads;
  try {
    for (unsigned int i = 1; i < std::min(n, thread_count()); ++i) threads.emplace_back(work);
  } catch (const std::system_error&) {  // no more threads to be had: those that run do the rest
  }
  work();
  for (std::thread& thread : threads) thread.join();
  return thrown ? kOfxStatFailed : kOfxStatOK;
}

OfxStatus num_cpus(unsigned int* count) {
  if (!count) return kOfxStatErrValue;
  *count = thread_count();
  return kOfxStatOK;
}

OfxStatus thread_index(unsigned int* index) {
  if (!index) return kOfxStatErrValue;
  *index = t_index;
  return kOfxStatOK;
}

int is_spawned() { return t_spawned ? 1 : 0; }

// Recursive; only its owner may unlock it.
struct Mutex {
  std::mutex inner;
  std::condition_variable freed;
  std::thread::id owner;
  int depth = 0;
};

thread_local std::vector<Mutex*> t_held;  // one entry a lock

Mutex* mutex_of(OfxMutexHandle handle) {
  return handle_alive(HandleKind::kMutex, handle) ? reinterpret_cast<Mutex*>(handle) : nullptr;
}

void let_go(Mutex* mutex) {
  const auto last = std::find(t_held.rbegin(), t_held.rend(), mutex);
  if (last != t_held.rend()) t_held.erase(std::next(last).base());
}

OfxStatus lock(const OfxMutexHandle handle) {
  Mutex* mutex = mutex_of(handle);
  if (!mutex) return kOfxStatErrBadHandle;
  std::unique_lock<std::mutex> guard(mutex->inner);
  const std::thread::id self = std::this_thread::get_id();
  mutex->freed.wait(guard, [&] { return mutex->depth == 0 || mutex->owner == self; });
  mutex->owner = self;
  ++mutex->depth;
  t_held.push_back(mutex);
  return kOfxStatOK;
}

OfxStatus unlock(const OfxMutexHandle handle) {
  Mutex* mutex = mutex_of(handle);
  if (!mutex) return kOfxStatErrBadHandle;
  std::lock_guard<std::mutex> guard(mutex->inner);
  if (mutex->depth == 0 || mutex->owner != std::this_thread::get_id()) return kOfxStatFailed;
  let_go(mutex);
  if (--mutex->depth == 0) mutex->freed.notify_one();
  return kOfxStatOK;
}

OfxStatus try_lock(const OfxMutexHandle handle) {
  Mutex* mutex = mutex_of(handle);
  if (!mutex) return kOfxStatErrBadHandle;
  std::lock_guard<std::mutex> guard(mutex->inner);
  const std::thread::id self = std::this_thread::get_id();
  if (mutex->depth > 0 && mutex->owner != self) return kOfxStatFailed;
  mutex->owner = self;
  ++mutex->depth;
  t_held.push_back(mutex);
  return kOfxStatOK;
}

OfxStatus create(OfxMutexHandle* handle, int lock_count) {
  if (!handle) return kOfxStatErrValue;
  auto* mutex = new Mutex;
  handle_born(HandleKind::kMutex, mutex);
  *handle = reinterpret_cast<OfxMutexHandle>(mutex);
  for (int i = 0; i < lock_count; ++i) lock(*handle);
  return kOfxStatOK;
}

OfxStatus destroy(const OfxMutexHandle handle) {
  Mutex* mutex = mutex_of(handle);
  if (!mutex) return kOfxStatErrBadHandle;
  handle_died(HandleKind::kMutex, mutex);
  t_held.erase(std::remove(t_held.begin(), t_held.end(), mutex), t_held.end());
  delete mutex;
  return kOfxStatOK;
}

}  // namespace

size_t held_mutexes() { return t_held.size(); }

size_t give_up_mutexes(size_t depth) {
  size_t count = 0;
  for (; t_held.size() > depth; ++count) {
    if (unlock(reinterpret_cast<OfxMutexHandle>(t_held.back())) != kOfxStatOK) t_held.pop_back();
  }
  return count;
}

void set_thread_count(unsigned int count) { g_threads = std::clamp(count, 1u, kMostThreads); }

unsigned int thread_count() {
  const unsigned int set = g_threads;
  return set ? set : std::max(1u, std::thread::hardware_concurrency());
}

const OfxMultiThreadSuiteV1* multi_thread_suite() {
  static const OfxMultiThreadSuiteV1 suite = {
      multi_thread, num_cpus, thread_index, is_spawned, create, destroy, lock, unlock, try_lock};
  return &suite;
}

}  // namespace pyopenfx
