// The threads that Python runs on.
//
// A host's thread never runs our Python: it hands a job to an engine thread and waits, with its
// own GIL dropped if it came with one, asking the host every 50 ms whether the frame is still
// wanted.  Engine threads are kept and used again, so that the thread pools that numeric libraries
// hang on a thread are made once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "engine_api.h"

namespace anatomatte::embed {

class Job {
 public:
  explicit Job(std::function<void(Job&)> work) : work_(std::move(work)) {}

  // For the work, on its engine thread.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  void report(double fraction);
  // Runs `errand`, which must not throw, on the thread that waits for this job, and waits for its
  // end.  Not with the GIL: the host may need it.
  void on_callers_thread(const std::function<void()>& errand);

 private:
  friend class EngineThreads;
  enum class State { queued, running, done, dropped };

  bool begin();
  void finish();
  bool drop();
  void run_errand(std::unique_lock<std::mutex>* lock);

  std::function<void(Job&)> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::queued;
  double progress_ = -1.0;
  const std::function<void()>* errand_ = nullptr;
  std::atomic<bool> cancelled_{false};
};

enum class Outcome {
  done,
  stopped,  // the host gave the frame up before the work began
  no_gil,   // somebody holds Python's lock and does not let go
};

// Drops the GIL of a caller that holds it, until the end of the scope.
class GilDropped {
 public:
  GilDropped();
  ~GilDropped();
  GilDropped(const GilDropped&) = delete;
  GilDropped& operator=(const GilDropped&) = delete;

 private:
  void* held_ = nullptr;
};

// Runs `work` on an engine thread that holds the GIL (or, before Python runs, none).  `work` must
// not throw.  `call` (or null) is asked and told from the calling thread.  When this returns the
// work is over, or will never begin.
Outcome run_on_engine_thread(std::function<void(Job&)> work, const AnmCall* call);

}  // namespace anatomatte::embed
