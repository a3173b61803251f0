// One frame in the worker: what the engine's callbacks say to the client meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <string>

#include "engine_api.h"
#include "wire.h"

namespace anatomatte::channel {

// The engine calls back from the thread that called render, so the socket has one user.
class Rendering {
 public:
  // `beside` keeps its memory from frame to frame.
  Rendering(int socket, const std::atomic<bool>* stop, Mapping* beside)
      : socket_(socket), stop_(stop), beside_(beside) {}

  static int32_t aborted(void* host);
  static void progressed(void* host, double value);
  static AnmResult fetch(void* host, AnmFetch* wanted);
  static AnmResult values_at(void* host, AnmAsk* wanted);

 private:
  bool poll();
  bool alive();
  bool answered(Kind question, const std::string& body, Kind answer, Message* message);
  AnmResult take(Message* plate, AnmFetch* wanted);
  AnmResult take(const Message& values, AnmAsk* wanted);
  AnmResult told(AnmResult result, const std::string& why, char* message, size_t size);

  int socket_;
  const std::atomic<bool>* stop_;
  Mapping* beside_;
  std::deque<std::string> texts_;
  double progress_ = 0.0;
  bool cancelled_ = false;
  std::chrono::steady_clock::time_point last_sign_ = std::chrono::steady_clock::now();
};

}  // namespace anatomatte::channel
