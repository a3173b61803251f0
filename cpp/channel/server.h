// The worker's side: answers connections from an engine.
#pragma once

#include <atomic>
#include <string>

#include "engine_api.h"
#include "mapped_memory.h"
#include "wire.h"

namespace anatomatte::channel {

struct ServerFacts {
  std::string version;
  std::string digest;
  std::string log;
  double idle_s = 120.0;  // after this long without a frame the engine gives memory back
  bool may_keep = false;  // pictures where the client put them: its client is the host alone
};

class Server {
 public:
  Server(const AnmEngine& engine, ServerFacts facts) : engine_(engine), facts_(std::move(facts)) {}

  // Answers one connection until its other end is gone.  Returns at once when `stop` was asked.
  void serve(Fd socket);
  // The same on a thread of its own.
  void serve_detached(Fd socket);

  void stop() { stop_ = true; }
  bool stopping() const { return stop_; }
  int connections() const { return connections_; }
  // Called now and then by the owner: gives memory back after idle_s.
  void mind_idleness();

 private:
  bool greet(int socket, const std::string& hello);
  bool answer(int socket, Message* message, MappedMemory* memory);
  void render(int socket, const std::string& body, MappedMemory* memory);

  const AnmEngine& engine_;
  ServerFacts facts_;
  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0};
  std::atomic<int> rendering_{0};
  std::atomic<int64_t> last_frame_ms_{0};
  std::atomic<bool> purged_{true};
};

}  // namespace anatomatte::channel
