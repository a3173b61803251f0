#include "server.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "frame_codec.h"
#include "rendering.h"

namespace anatomatte::channel {
namespace {

constexpr int kHelloMs = 10000;  // a caller who says nothing is hung up on

int64_t now_ms() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

// The environment is of the whole worker: the value of the frame that came last counts.
void set_ocio(const std::string& wanted) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> guard(mutex);
  if (wanted.empty()) {
    ::unsetenv("OCIO");
  } else {
    ::setenv("OCIO", wanted.c_str(), 1);
  }
}

}  // namespace

bool Server::greet(int socket, const std::string& hello) {
  Reader in(hello);
  int64_t protocol = in.i64();
  std::string version = in.text(), digest = in.text();
  if (protocol == kProtocol && version == facts_.version && digest == facts_.digest) {
    return send(socket, Kind::welcome, Writer().i64(::getpid()).text(facts_.log).bytes());
  }
  std::string why = "The worker is Anatomatte " + facts_.version + " (controls " +
                    facts_.digest.substr(0, 8) + "), the node is " + version + " (controls " +
                    digest.substr(0, 8) +
                    "). Stop the served worker or install the same version of both; "
                    "`anatomatte doctor` shows them.";
  send(socket, Kind::refuse, Writer().text(why).bytes());
  return false;
}

void Server::render(int socket, const std::string& body, MappedMemory* memory) {
  char sentence[8192] = "";
  Decoded frame;
  Places places;
  AnmResult result;
  try {
    decode(body, *memory, &frame);
    set_ocio(frame.ocio);
    Rendering rendering(socket, &stop_, memory, &frame.call);
    frame.call.host = &rendering;
    frame.call.aborted = &Rendering::aborted;
    frame.call.progress = &Rendering::progressed;
    frame.call.fetch = frame.fetches ? &Rendering::fetch : nullptr;
    frame.call.values_at = frame.fetches ? &Rendering::values_at : nullptr;
    frame.call.wrote = &Rendering::wrote;
    frame.call.lies = &Rendering::lies;
    frame.call.message = sentence;
    frame.call.message_size = sizeof sentence;
    ++rendering_;
    purged_ = false;
    result = engine_.render(&frame.call);
    --rendering_;
    places = rendering.places();
    last_frame_ms_ = now_ms();
  } catch (const NoMemory& why) {
    result = ANM_MEMORY;
    snprintf(sentence, sizeof sentence, "%s", why.what());
  } catch (const std::bad_alloc&) {
    result = ANM_MEMORY;
    snprintf(sentence, sizeof sentence, "The worker has no memory left to read the frame.");
  } catch (const std::exception& error) {
    result = ANM_FAILED;
    snprintf(sentence, sizeof sentence, "The worker could not read the frame: %s.", error.what());
  }
  Writer out;
  out.i64(result).text(sentence);
  put_held(&out, memory->held());
  put_places(&out, places);
  send(socket, Kind::done, out.bytes());
}

bool Server::answer(int socket, Message* message, MappedMemory* memory) {
  switch (message->kind) {
    case Kind::render:
      render(socket, message->body, memory);
      return true;
    case Kind::memory:
      memory->add(message);
      return true;
    case Kind::connect:
      if (message->fd) serve_detached(std::move(message->fd));
      return true;
    case Kind::status: {
      char text[2048] = "";
      engine_.status(text, sizeof text);
      std::string who = "Worker process " + std::to_string(::getpid()) +
                        (facts_.log.empty() ? "" : ", log " + facts_.log) + "\n";
      return send(socket, Kind::text, Writer().text(who + text).bytes());
    }
    case Kind::purge:
      engine_.purge();
      return true;
    case Kind::release:
      memory->drop(message->body);
      return true;
    case Kind::reach: {
      DecodedReach asked;
      decode_reach(message->body, &asked);
      const AnmResult result = engine_.reach ? engine_.reach(&asked.question) : ANM_SETUP;
      const AnmReach& told = asked.question;
      Writer out;
      out.i64(result).f64(told.first).f64(told.last).f64(told.clips_first).f64(told.clips_last);
      return send(socket, Kind::reached, out.bytes());
    }
    default:
      return true;  // a cancel that came after its frame was done
  }
}

void Server::serve(Fd socket) {
  ++connections_;
  MappedMemory memory(facts_.may_keep);
  bool greeted = false;
  const int64_t until = now_ms() + kHelloMs;
  while (!stop_) {
    try {
      Message message;
      const size_t longest = greeted ? kLongest : kLongestHello;
      Got got = receive(socket.get(), &message, 250, kHelloMs, longest);
      if (got == Got::closed || (!greeted && now_ms() > until)) break;
      if (got == Got::nothing) continue;
      if (!greeted) {
        greeted = message.kind == Kind::hello && greet(socket.get(), message.body);
        if (!greeted) break;
      } else if (!answer(socket.get(), &message, &memory)) {
        break;
      }
    } catch (const std::exception&) {
      break;  // not one of ours, damaged, or no memory for it: hang up
    }
  }
  --connections_;
}

void Server::serve_detached(Fd socket) {
  try {
    std::thread([this, fd = std::move(socket)]() mutable { serve(std::move(fd)); }).detach();
  } catch (const std::system_error&) {
    // no more threads: this caller is hung up on, the others are served
  }
}

void Server::mind_idleness() {
  bool idle = rendering_ == 0 && now_ms() - last_frame_ms_ > facts_.idle_s * 1000.0;
  if (idle && !purged_.exchange(true)) engine_.purge();
}

}  // namespace anatomatte::channel
