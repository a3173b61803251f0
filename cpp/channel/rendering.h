// One frame in the worker: what the engine's callbacks say to the client meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <string>

#include "engine_api.h"
#include "mapped_memory.h"
#include "places.h"
#include "wire.h"

namespace anatomatte::channel {

// The engine calls back from the thread that called render, which alone reads from the socket.
class Rendering {
 public:
  Rendering(int socket, const std::atomic<bool>* stop, MappedMemory* memory, const AnmCall* call)
      : socket_(socket), stop_(stop), memory_(memory), call_(call) {}

  static int32_t aborted(void* host);
  static void progressed(void* host, double value);
  static AnmResult fetch(void* host, AnmFetch* wanted);
  static AnmResult values_at(void* host, AnmAsk* wanted);
  // From the engine's own thread.
  static void wrote(void* host, int32_t rows);
  static int32_t lies(void* host, const AnmChannels* channels);
  // Where the engine said that its picture lies; no channels where it is the output.
  const Places& places() const { return places_; }

 private:
  bool poll();
  bool alive();
  bool say(Kind kind, const std::string& body);
  bool answered(Kind question, const std::string& body, Kind answer, Message* message);
  AnmResult take(Message* plate, AnmFetch* wanted);
  AnmResult take(const Message& values, AnmAsk* wanted);
  AnmResult told(AnmResult result, const std::string& why, char* message, size_t size);

  int socket_;
  const std::atomic<bool>* stop_;
  MappedMemory* memory_;
  const AnmCall* call_;
  Places places_;
  std::mutex saying_;  // a message is sent whole
  std::deque<std::string> texts_;
  double progress_ = 0.0;
  bool cancelled_ = false;
  std::chrono::steady_clock::time_point last_sign_ = std::chrono::steady_clock::now();
};

}  // namespace anatomatte::channel
