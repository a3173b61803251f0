// The private worker as an object: started with a clean environment, reaped when it is let go.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "fd.h"

namespace anatomatte::channel {

// The environment for a worker: without what hosts put there for their own Python and libraries.
std::vector<std::string> scrubbed_environment(char** present);

// Where a worker writes; empty when no folder takes a file (full disk, read-only home).
std::string worker_log_path(const std::string& version);

class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(0); }

  // Starts `command`, its end of a new socketpair as file descriptor 3, its output in `log`.
  // Returns our end; empty, with *why, when it could not be started.
  Fd start(std::vector<std::string> command, const std::string& log, std::string* why);

  // Waits up to `patience_ms` for it to end by itself, then kills it, and reaps it.
  void end(int patience_ms);
  // Forgets it without a signal: after a fork it belongs to the other process.
  void disown() { pid_ = -1; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

}  // namespace anatomatte::channel
