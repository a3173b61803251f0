#include "engine_threads.h"

#include <pthread.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <memory>
#include <thread>

#include "python.h"

namespace anatomatte::embed {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPoll{50};

// How long a job waits for Python's lock before it gives up, in seconds.
double gil_patience() {
  const char* told = std::getenv("ANATOMATTE_GIL_PATIENCE_S");
  const double seconds = told ? std::atof(told) : 0.0;
  return seconds > 0.0 ? seconds : 60.0;
}

// PyGILState_Check() says yes to everybody while Python starts, or where sub-interpreters are.
bool holds_gil() {
  if (!Py_IsInitialized()) return false;
  const PyThreadState* mine = PyGILState_GetThisThreadState();
  return mine && mine == py::detail::get_thread_state_unchecked();
}

// An engine thread's own Python state, kept for as long as the thread lives.
class ThreadGil {
 public:
  void acquire() {
    if (!Py_IsInitialized()) return;
    if (mine_) {
      PyEval_RestoreThread(mine_);
    } else {
      PyGILState_Ensure();
    }
  }
  // Also finds the state of the thread that has just started Python.
  void release() {
    if (holds_gil()) mine_ = PyEval_SaveThread();
  }

 private:
  PyThreadState* mine_ = nullptr;
};

}  // namespace

GilDropped::GilDropped() {
  if (holds_gil()) held_ = PyEval_SaveThread();
}

GilDropped::~GilDropped() {
  if (held_) PyEval_RestoreThread(static_cast<PyThreadState*>(held_));
}

class EngineThreads {
 public:
  // Never destroyed: its threads sleep in it until the process ends.
  static EngineThreads*& the() {
    static EngineThreads* threads = make();
    return threads;
  }

  static Outcome run(std::function<void(Job&)> work, const AnmCall* call) {
    const GilDropped dropped;
    auto job = std::make_shared<Job>(std::move(work));
    the()->submit(job);
    return wait(*job, call);
  }

 private:
  static EngineThreads* make() {
    // A forked child has none of our threads: it gets a fresh, empty pool.
    pthread_atfork(nullptr, nullptr, [] { the() = new EngineThreads; });
    return new EngineThreads;
  }

  void submit(const std::shared_ptr<Job>& job) {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(job);
    if (idle_ < static_cast<int>(queue_.size())) {
      std::thread([this] { live(); }).detach();
      ++idle_;
    }
    wanted_.notify_one();
  }

  void live() {
    ThreadGil gil;
    for (;;) {
      const std::shared_ptr<Job> job = next();
      gil.acquire();
      if (job->begin()) job->work_(*job);
      job->work_ = nullptr;
      gil.release();
      rest();
      job->finish();
    }
  }

  std::shared_ptr<Job> next() {
    std::unique_lock<std::mutex> lock(mutex_);
    wanted_.wait(lock, [this] { return !queue_.empty(); });
    --idle_;
    std::shared_ptr<Job> job = queue_.front();
    queue_.pop_front();
    return job;
  }

  // Before its frame ends, so that the next frame finds the thread.
  void rest() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++idle_;
  }

  static Outcome wait(Job& job, const AnmCall* call) {
    const auto began = Clock::now();
    const double patience = gil_patience();
    std::unique_lock<std::mutex> lock(job.mutex_);
    while (job.state_ != Job::State::done) {
      if (!job.errand_) job.changed_.wait_for(lock, kPoll);
      job.run_errand(&lock);
      const double progress = job.progress_;
      const bool queued = job.state_ == Job::State::queued;
      lock.unlock();
      if (call) ask_and_tell(job, *call, progress);
      if (queued && job.cancelled() && job.drop()) return Outcome::stopped;
      const std::chrono::duration<double> waited = Clock::now() - began;
      if (queued && waited.count() > patience && job.drop()) return Outcome::no_gil;
      lock.lock();
    }
    return Outcome::done;
  }

  static void ask_and_tell(Job& job, const AnmCall& call, double progress) {
    if (call.progress && progress >= 0.0) call.progress(call.host, progress);
    if (call.aborted && call.aborted(call.host)) job.cancelled_ = true;
  }

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<std::shared_ptr<Job>> queue_;
  int idle_ = 0;
};

void Job::report(double fraction) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_ = fraction < 0.0 ? 0.0 : fraction > 1.0 ? 1.0 : fraction;
}

void Job::on_callers_thread(const std::function<void()>& errand) {
  std::unique_lock<std::mutex> lock(mutex_);
  errand_ = &errand;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !errand_; });
}

// Without the lock: an errand asks the host, which takes its time.
void Job::run_errand(std::unique_lock<std::mutex>* lock) {
  if (!errand_) return;
  const std::function<void()>* errand = errand_;
  lock->unlock();
  (*errand)();
  lock->lock();
  errand_ = nullptr;
  changed_.notify_all();
}

bool Job::begin() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_ != State::queued) return false;
  state_ = State::running;
  return true;
}

void Job::finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_ == State::running) state_ = State::done;
  changed_.notify_all();
}

bool Job::drop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_ != State::queued) return false;
  state_ = State::dropped;
  return true;
}

Outcome run_on_engine_thread(std::function<void(Job&)> work, const AnmCall* call) {
  return EngineThreads::run(std::move(work), call);
}

}  // namespace anatomatte::embed
