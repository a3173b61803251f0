#include "runtime.h"

#include <cstdlib>

#include "in_process.h"
#include "status.h"
#include "suites.h"
#include "worker.h"

namespace anatomatte {
namespace {

enum class Road { in_process, worker };

// ANATOMATTE_RUNTIME forces a road.  By itself a host that carries a Python of its own, or may
// one day, gets the worker; ours, which is Python, has nothing to fear from more of it.
Road chosen_road() {
  const char* forced = std::getenv("ANATOMATTE_RUNTIME");
  const std::string wish = forced ? forced : "";
  if (wish == "worker") return Road::worker;
  if (wish == "in-process") return Road::in_process;
  if (!wish.empty() && wish != "auto") {
    throw Failure("ANATOMATTE_RUNTIME is \"" + wish + "\": it takes auto, worker or in-process.");
  }
  if (!served_address().empty()) return Road::worker;
  return host_facts().ours || !worker_is_there() ? Road::in_process : Road::worker;
}

}  // namespace

const AnmEngine* runtime_engine(std::string* sentence) {
  try {
    return chosen_road() == Road::worker ? worker_engine(sentence) : in_process_engine(sentence);
  } catch (const Failure& failure) {
    *sentence = failure.what();
    return nullptr;
  }
}

std::string runtime_status() {
  std::string sentence;
  const AnmEngine* engine = runtime_engine(&sentence);
  if (!engine) return sentence;
  char text[4096] = "";
  engine->status(text, sizeof(text));
  text[sizeof(text) - 1] = '\0';
  return text;
}

void runtime_forget_failure() {
  in_process_forget_failure();
  worker_forget_failure();
}

void runtime_purge() {
  if (const AnmEngine* engine = in_process_running()) engine->purge();
  if (const AnmEngine* engine = worker_running()) engine->purge();
}

void runtime_end() { worker_end(); }

}  // namespace anatomatte
