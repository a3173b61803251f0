// A thread that sleeps and now and then does something small; in a host's process, so its end is
// sure and its copy in a forked child harms nobody.
#pragma once

#include <functional>
#include <thread>

#include "fd.h"

namespace anatomatte::channel {

class Minder {
 public:
  Minder() = default;
  Minder(const Minder&) = delete;
  Minder& operator=(const Minder&) = delete;
  ~Minder() { stop(); }

  // Calls `look` every `seconds` from now on, unless it does so already or no thread can be had.
  void start(double seconds, std::function<void()> look);
  // Returns when `look` is not running and never will again.
  void stop();
  // After a fork: the thread belongs to the other process.
  void disown();

 private:
  std::thread thread_;
  Fd wake_;  // readable: the end.  A condition variable would hang a forked child's destructor.
};

}  // namespace anatomatte::channel
