#include "python_env.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "status.h"

extern char** environ;

namespace anatomatte {
namespace {

constexpr char kVariable[] = "ANATOMATTE_PYTHON";
constexpr char kConf[] = "../Resources/runtime.conf";
constexpr char kDoctor[] = " `anatomatte doctor` shows what is in use.";

// What the interpreter is asked: its tag, then the places where its library may be.
constexpr char kQuestion[] =
    "import os, sys, sysconfig as s\n"
    "v = s.get_config_var\n"
    "print('cpython-%d%d%s' % (*sys.version_info[:2], sys.abiflags))\n"
    "if v('Py_ENABLE_SHARED'):\n"
    "    for d in (v('LIBDIR'), os.path.join(v('LIBDIR'), v('MULTIARCH') or ''),\n"
    "              os.path.join(sys.base_prefix, 'lib')):\n"
    "        print(os.path.join(d, v('INSTSONAME')))\n";

bool is_file(const std::string& path) {
  struct stat facts;
  return !stat(path.c_str(), &facts) && S_ISREG(facts.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat facts;
  return !stat(path.c_str(), &facts) && S_ISDIR(facts.st_mode);
}

std::string trimmed(const std::string& text) {
  const char* blank = " \t\r\n";
  const size_t first = text.find_first_not_of(blank);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// `key = value` lines; # starts a comment.
std::map<std::string, std::string> read_conf(const std::string& path) {
  std::map<std::string, std::string> conf;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t equals = line.find('=');
    const std::string key = trimmed(line.substr(0, equals));
    if (equals == std::string::npos || key.empty() || key[0] == '#') continue;
    conf[key] = trimmed(line.substr(equals + 1));
  }
  return conf;
}

// Without `..`, where that is possible.  The last name stays as it is told: an environment's python
// is a link, and what it points to is another environment.
std::string resolved(const std::string& folder, const std::string& path) {
  if (path.empty() || path[0] == '/') return path;
  std::string joined = folder + path, name;
  const size_t slash = joined.rfind('/');
  if (joined.compare(slash, std::string::npos, "/..") != 0) {
    name = joined.substr(slash);
    joined.resize(slash);
  }
  char* real = realpath(joined.c_str(), nullptr);
  const std::string result = (real ? real : joined) + name;
  std::free(real);
  return result;
}

// An executable, or the one in an environment's folder.
std::string executable_of(const std::string& told, const std::string& teller) {
  if (is_file(told)) return told;
  for (const char* name : {"/bin/python3", "/bin/python"}) {
    if (is_file(told + name)) return told + name;
  }
  throw Failure(teller + " names " + told +
                ", which is neither a Python executable nor an environment's folder." + kDoctor);
}

// A bundle in lib/python3.X/site-packages belongs to the environment around it.
std::string environment_around(const std::string& module_path) {
  const char end[] = "/site-packages";
  if (module_path.size() < sizeof(end) ||
      module_path.compare(module_path.size() - sizeof(end) + 1, sizeof(end) - 1, end) != 0) {
    return "";
  }
  const std::string python = resolved(module_path + "/", "../../../bin") + "/python3";
  return is_file(python) ? python : "";
}

// The environment of the question: the host's own Python settings would answer for another one.
std::vector<char*> scrubbed_environment() {
  std::vector<char*> kept;
  for (char** entry = environ; entry && *entry; ++entry) {
    if (std::strncmp(*entry, "PYTHON", 6) != 0 && std::strncmp(*entry, "LD_", 3) != 0) {
      kept.push_back(*entry);
    }
  }
  kept.push_back(nullptr);
  return kept;
}

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(descriptor, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer, static_cast<size_t>(n));
  }
}

std::string ask(const std::string& python) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) throw Failure("The process has no file descriptors left.");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> environment = scrubbed_environment();
  const char* arguments[] = {python.c_str(), "-I", "-S", "-c", kQuestion, nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, python.c_str(), &actions, nullptr,
                                const_cast<char**>(arguments), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const std::string answer = error ? "" : read_all(ends[0]);
  close(ends[0]);
  if (error) throw Failure("Python cannot be run: " + python + ": " + std::strerror(error) + ".");
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return answer;
}

void fill_from_answer(PythonEnv* env) {
  std::istringstream answer(ask(env->python));
  std::getline(answer, env->tag);
  if (env->tag.rfind("cpython-", 0) != 0) {
    throw Failure(env->python + " does not answer as CPython does." + kDoctor);
  }
  for (std::string path; std::getline(answer, path);) {
    if (env->libpython.empty() || is_file(path)) env->libpython.push_back(path);
  }
  if (env->libpython.empty()) {
    throw Failure(env->python +
                  " was built without a shared library, so a host cannot load it; name another "
                  "one in " +
                  kVariable + "." + kDoctor);
  }
}

// Found while the plug-in is loaded: a host may have named it from a folder that it leaves later.
std::string find_own_folder() {
  Dl_info facts{};
  if (!dladdr(reinterpret_cast<const void*>(&own_folder), &facts) || !facts.dli_fname) return "./";
  std::string file = facts.dli_fname;
  char here[PATH_MAX];
  if (file[0] != '/' && getcwd(here, sizeof here)) file = std::string(here) + "/" + file;
  return file.substr(0, file.rfind('/') + 1);
}

const std::string kOwnFolder = find_own_folder();

}  // namespace

std::string own_folder() { return kOwnFolder; }

std::string python_in_process() {
  using Version = const char* (*)();
  const auto version = reinterpret_cast<Version>(dlsym(RTLD_DEFAULT, "Py_GetVersion"));
  if (!version) return "";
  int major = 0, minor = 0;
  const std::string text = version();
  if (std::sscanf(text.c_str(), "%d.%d", &major, &minor) != 2) return "";
  const bool free_threaded = text.find("free-threading") != std::string::npos;
  return "cpython-" + std::to_string(major) + std::to_string(minor) + (free_threaded ? "t" : "");
}

PythonEnv find_python(const std::string& folder, Join join) {
  const std::string conf_file = resolved(folder, kConf);
  const std::string conf_folder = conf_file.substr(0, conf_file.rfind('/') + 1);
  auto conf = read_conf(conf_file);
  PythonEnv env;
  env.module_path = resolved(conf_folder, conf["module_path"]);
  if (!env.module_path.empty() && !is_folder(env.module_path)) env.module_path.clear();
  if (join == Join::yes) env.tag = python_in_process();
  if (!env.tag.empty()) return env;
  const char* told = std::getenv(kVariable);
  if (told && *told) {
    env.python = executable_of(told, kVariable);
    conf["libpython"].clear();
  } else if (!conf["python"].empty()) {
    env.python = executable_of(resolved(conf_folder, conf["python"]), conf_file);
  } else {
    env.python = environment_around(env.module_path);
  }
  if (env.python.empty()) {
    throw Failure(std::string("No Python is set for this host: name a Python environment with "
                              "Anatomatte in ") +
                  kVariable + ", or run `anatomatte install`." + kDoctor);
  }
  fill_from_answer(&env);
  const std::string library = resolved(conf_folder, conf["libpython"]);
  if (!library.empty()) env.libpython.insert(env.libpython.begin(), library);
  return env;
}

}  // namespace anatomatte
