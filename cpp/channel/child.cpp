#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cstdlib>

#include "own_folder.h"

extern char** environ;

namespace anatomatte::channel {
namespace {

// Beginnings of names that belong to a host's own Python, toolkit or libraries.
constexpr const char* kDropped[] = {
    "PYTHON", "LD_LIBRARY_PATH=", "LD_PRELOAD=",  "LD_AUDIT=", "DYLD_",       "QT_",
    "OCIO=",  "FONTCONFIG_",      "VIRTUAL_ENV=", "CONDA_",    "TCL_LIBRARY", "TK_LIBRARY",
    "NUKE_",  "GTK_PATH=",        "GIO_",         "KMP_",      "LC_ALL="};

bool dropped(const char* entry) {
  for (const char* name : kDropped) {
    if (strncmp(entry, name, strlen(name)) == 0) return true;
  }
  return false;
}

// Asked with the file itself: the disk may be full, or the log left by a run as another user.
bool takes(const std::string& log) { return Fd(::open(log.c_str(), kAppendLog, 0600)).get() >= 0; }

struct Actions {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  Actions() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
};

// One old log is kept, so that what a frame's message names does not grow for ever.
void bound_log(const std::string& path) {
  struct stat facts{};
  constexpr off_t kLongest = 1 << 20;
  if (::stat(path.c_str(), &facts) != 0 || facts.st_size < kLongest) return;
  ::rename(path.c_str(), (path + ".1").c_str());
}

std::vector<char*> pointers(std::vector<std::string>* texts) {
  std::vector<char*> list;
  for (std::string& text : *texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

std::vector<std::string> scrubbed_environment(char** present) {
  std::vector<std::string> kept;
  std::string libraries = environment_of("ANATOMATTE_WORKER_LD_LIBRARY_PATH");
  for (char** entry = present; entry && *entry; ++entry) {
    if (!dropped(*entry)) kept.emplace_back(*entry);
  }
  kept.emplace_back("LC_ALL=C.UTF-8");
  if (!libraries.empty()) kept.push_back("LD_LIBRARY_PATH=" + libraries);
  return kept;
}

std::string worker_log_path(const std::string& version) {
  for (const std::string& folder : log_folders()) {
    const std::string log = folder + "/worker-" + version + ".log";
    if (own_folder(folder) && takes(log)) return log;
  }
  return "";
}

Fd Child::start(std::vector<std::string> command, const std::string& log, std::string* why) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    *why = std::string("no socket for the worker: ") + strerror(errno);
    return Fd();
  }
  Fd ours(ends[0]), theirs(ends[1]);
  Actions actions;
  if (!log.empty()) bound_log(log);
  const char* output = log.empty() ? "/dev/null" : log.c_str();
  // /dev/null is a link on some systems
  const int append = log.empty() ? O_WRONLY | O_APPEND : kAppendLog & ~O_CLOEXEC;
  ::posix_spawn_file_actions_addopen(&actions.files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions.files, 1, output, append, 0600);
  ::posix_spawn_file_actions_adddup2(&actions.files, 1, 2);
  // dup2 onto itself would leave close-on-exec set, so a socket that is 3 already moves first
  if (theirs.get() == 3) theirs = Fd(::fcntl(3, F_DUPFD_CLOEXEC, 10));
  ::posix_spawn_file_actions_adddup2(&actions.files, theirs.get(), 3);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&actions.attributes, &none);
  ::posix_spawnattr_setsigdefault(&actions.attributes, &all);
  ::posix_spawnattr_setflags(&actions.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> environment = scrubbed_environment(environ);
  std::vector<char*> argv = pointers(&command), envp = pointers(&environment);
  int failed =
      ::posix_spawn(&pid_, argv[0], &actions.files, &actions.attributes, argv.data(), envp.data());
  if (failed) {
    pid_ = -1;
    *why = "the worker " + command[0] + " could not be started: " + strerror(failed);
    return Fd();
  }
  return ours;
}

void Child::end(int patience_ms) {
  if (pid_ <= 0) return;
  for (int waited = 0;; waited += 10) {
    pid_t got = ::waitpid(pid_, nullptr, WNOHANG);
    if (got == pid_ || (got < 0 && errno == ECHILD)) break;
    if (waited >= patience_ms) {
      ::kill(pid_, SIGKILL);
      while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
      break;
    }
    timespec pause{0, 10 * 1000 * 1000};
    ::nanosleep(&pause, nullptr);
  }
  pid_ = -1;
}

}  // namespace anatomatte::channel
