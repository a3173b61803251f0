#include "minder.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <system_error>

namespace anatomatte::channel {
namespace {

// A host's signals are its own threads' to answer; a new thread takes over what is blocked.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

void Minder::start(double seconds, std::function<void()> look) {
  if (thread_.joinable()) return;
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC));
  if (!wake_) return;
  const SignalsBlocked blocked;
  try {
    thread_ = std::thread([look = std::move(look), wake = wake_.get(), seconds] {
      pollfd entry{wake, POLLIN, 0};
      while (::poll(&entry, 1, static_cast<int>(seconds * 1000)) == 0) look();
    });
  } catch (const std::system_error&) {  // what it minds then waits for a purge
  }
}

void Minder::stop() {
  if (!thread_.joinable()) return;
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

void Minder::disown() {
  if (thread_.joinable()) thread_.detach();
}

}  // namespace anatomatte::channel
