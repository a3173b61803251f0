// A folder for logs that is the user's own.  Where everybody may write, others could have made it,
// or laid a link into it.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace anatomatte {

// How a log is opened: nothing is written through a link.
constexpr int kAppendLog = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;

inline std::string environment_of(const char* name) {
  const char* value = ::getenv(name);
  return value ? value : "";
}

// Makes a folder of mode 0700, and whether it is the user's own and no link.
inline bool own_folder(const std::string& path) {
  for (size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    if (::mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) return false;
  }
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return false;
  if (facts.st_uid != ::getuid()) return false;
  return (facts.st_mode & 077) == 0 || ::chmod(path.c_str(), 0700) == 0;
}

// Where logs may lie, the best first: the user's state, or a folder among temporary files.
inline std::vector<std::string> log_folders() {
  const std::string state = environment_of("XDG_STATE_HOME"), home = environment_of("HOME");
  const std::string temporary = environment_of("TMPDIR");
  std::vector<std::string> folders;
  if (!state.empty()) folders.push_back(state + "/anatomatte");
  if (!home.empty()) folders.push_back(home + "/.local/state/anatomatte");
  folders.push_back((temporary.empty() ? "/tmp" : temporary) + "/anatomatte-" +
                    std::to_string(::getuid()));
  return folders;
}

}  // namespace anatomatte
