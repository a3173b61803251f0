#include "worker.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <mutex>

#include "channel/client.h"
#include "in_process.h"
#include "params.h"
#include "python_env.h"
#include "status.h"

namespace anatomatte {
namespace {

constexpr char kProgram[] = "anatomatte-worker";

std::mutex g_mutex;
std::shared_ptr<channel::Client> g_client;
std::string g_failure;

// A frame in flight keeps the client that it began with.
std::shared_ptr<channel::Client> client() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  return g_client;
}

AnmResult render(AnmCall* call) { return client()->render(call); }
AnmResult status(char* text, size_t size) { return client()->status(text, size); }
void purge() { client()->purge(); }
AnmResult reach(AnmReach* question) { return client()->reach(question); }

const AnmEngine kEngine = {
    sizeof(AnmEngine), ANATOMATTE_ENGINE_API, &render, &status, &purge, &reach};

channel::ClientFacts facts() {
  channel::ClientFacts facts;
  facts.version = ANATOMATTE_VERSION;
  facts.digest = kTableDigest;
  facts.address = served_address();
  channel::read_timeouts(&facts);
  if (!facts.address.empty()) return facts;
  const std::string folder = own_folder();
  const PythonEnv env = find_python(folder, Join::no);
  facts.command = {folder + kProgram, "--engine", embed_file(folder, env.tag),
                   "--python",        env.python, "--version",
                   facts.version,     "--digest", facts.digest};
  if (!env.libpython.empty()) {
    facts.command.insert(facts.command.end(), {"--libpython", env.libpython.front()});
  }
  if (!env.module_path.empty()) {
    facts.command.insert(facts.command.end(), {"--module-path", env.module_path});
  }
  return facts;
}

}  // namespace

std::string served_address() {
  const char* told = std::getenv("ANATOMATTE_WORKER");
  return told ? told : "";
}

bool worker_is_there() { return access((own_folder() + kProgram).c_str(), X_OK) == 0; }

const AnmEngine* worker_engine(std::string* sentence) {
  const std::lock_guard<std::mutex> lock(g_mutex);
  if (g_client) return &kEngine;
  if (g_failure.empty()) {
    try {
      g_client = std::make_shared<channel::Client>(facts());
      return &kEngine;
    } catch (const Failure& failure) {
      g_failure = failure.what();
    }
  }
  *sentence = g_failure;
  return nullptr;
}

// A worker that does not run is looked for again: its environment may have come back or moved.
void worker_forget_failure() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_failure.clear();
  if (!g_client || g_client->running()) return;
  try {
    g_client = std::make_shared<channel::Client>(facts());
  } catch (const Failure&) {
    // the old one tells what is wrong
  }
}

const AnmEngine* worker_running() { return client() ? &kEngine : nullptr; }

void worker_end() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_client.reset();
}

}  // namespace anatomatte
