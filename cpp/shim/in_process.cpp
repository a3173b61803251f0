#include "in_process.h"

#include <dirent.h>
#include <dlfcn.h>

#include <mutex>

#include "params.h"
#include "python_env.h"
#include "status.h"

namespace anatomatte {
namespace {

constexpr char kPrefix[] = "anatomatte_embed.";

struct Loaded {
  AnmEngineEntry entry = nullptr;
  PythonEnv env;
};

std::mutex g_mutex;
Loaded g_loaded;
const AnmEngine* g_engine = nullptr;
std::string g_failure;

void load_libpython(const PythonEnv& env) {
  std::string why;
  for (const std::string& path : env.libpython) {
    if (dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) return;
    why = dlerror();
  }
  throw Failure("Python's shared library cannot be loaded: " + why +
                ". `anatomatte doctor` shows what is in use.");
}

// Loaded once and never unloaded: Python cannot be taken out of a process again.
Loaded load() {
  const std::string folder = own_folder();
  Loaded loaded;
  loaded.env = find_python(folder, Join::yes);
  const std::string file = embed_file(folder, loaded.env.tag);
  if (!loaded.env.python.empty()) load_libpython(loaded.env);
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) throw Failure(std::string("The runtime cannot be loaded: ") + dlerror() + ".");
  loaded.entry = reinterpret_cast<AnmEngineEntry>(dlsym(library, ANATOMATTE_ENGINE_SYMBOL));
  if (!loaded.entry) throw Failure(file + " is not a runtime of Anatomatte.");
  return loaded;
}

// The runtime's own door waits with the GIL dropped, so no lock of ours is held around it.
const AnmEngine* start(const Loaded& loaded, std::string* sentence) {
  char message[2048] = "";
  AnmStart start{};
  start.size = sizeof(start);
  start.table_digest = kTableDigest;
  start.version = ANATOMATTE_VERSION;
  start.python = loaded.env.python.empty() ? nullptr : loaded.env.python.c_str();
  start.module_path = loaded.env.module_path.empty() ? nullptr : loaded.env.module_path.c_str();
  start.message = message;
  start.message_size = sizeof(message);
  const AnmEngine* engine = loaded.entry(&start);
  message[sizeof(message) - 1] = '\0';
  if (!engine) *sentence = *message ? message : "The runtime did not start and did not say why.";
  if (engine && engine->api != ANATOMATTE_ENGINE_API) {
    *sentence = "The node and its runtime do not belong together; install both again.";
    return nullptr;
  }
  return engine;
}

}  // namespace

// The runtime beside the plug-in that was built for this Python; there may be one per version.
std::string embed_file(const std::string& folder, const std::string& tag) {
  std::string others;
  std::string found;
  DIR* listing = opendir(folder.c_str());
  while (const dirent* entry = listing ? readdir(listing) : nullptr) {
    const std::string name = entry->d_name;
    if (name.rfind(kPrefix, 0) != 0) continue;
    const std::string built_for = name.substr(sizeof(kPrefix) - 1);
    if (built_for.rfind(tag + "-", 0) == 0 || built_for.rfind(tag + ".", 0) == 0) {
      found = folder + name;
    } else {
      others += (others.empty() ? "" : ", ") + built_for.substr(0, built_for.find('-', 8));
    }
  }
  if (listing) closedir(listing);
  if (!found.empty()) return found;
  throw Failure("This process runs " + tag + ", but the node's runtime was built for " +
                (others.empty() ? "no Python at all" : others) +
                "; install Anatomatte with that Python. `anatomatte doctor` shows what is in use.");
}

const AnmEngine* in_process_engine(std::string* sentence) {
  Loaded loaded;
  {
    const std::lock_guard<std::mutex> lock(g_mutex);
    if (g_engine) return g_engine;
    if (!g_failure.empty()) {
      *sentence = g_failure;
      return nullptr;
    }
    try {
      if (!g_loaded.entry) g_loaded = load();
      loaded = g_loaded;
    } catch (const Failure& failure) {
      *sentence = g_failure = failure.what();
      return nullptr;
    }
  }
  const AnmEngine* engine = start(loaded, sentence);
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_engine = engine;
  if (!engine) g_failure = *sentence;
  return engine;
}

void in_process_forget_failure() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_failure.clear();
}

const AnmEngine* in_process_running() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  return g_engine;
}

}  // namespace anatomatte
