#include "client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "frame_codec.h"
#include "places.h"

namespace anatomatte::channel {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMs = 50;
constexpr int kCancelPatienceMs = 2000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool aborted(const AnmCall* call) { return call && call->aborted && call->aborted(call->host); }

void read_seconds(const char* name, double* value) {
  const char* text = ::getenv(name);
  if (!text) return;
  char* end = nullptr;
  double number = ::strtod(text, &end);
  if (end != text && *end == 0 && number > 0) *value = number;
}

std::string present_ocio() {
  const char* value = ::getenv("OCIO");
  return value ? value : "";
}

std::string in_seconds(double value) {
  char text[32];
  snprintf(text, sizeof text, "%g s", value);
  return text;
}

}  // namespace

void read_timeouts(ClientFacts* facts) {
  read_seconds("ANATOMATTE_WORKER_START_S", &facts->start_s);
  read_seconds("ANATOMATTE_WORKER_SILENCE_S", &facts->silence_s);
  read_seconds("ANATOMATTE_WORKER_FRAME_S", &facts->frame_s);
}

Client::~Client() {
  if (owner_ != ::getpid()) {
    child_.disown();
    minder_.disown();
    return;
  }
  minder_.stop();
  idle_.clear();
  control_.reset();
  child_.end(2000);
}

std::string Client::log_hint() const {
  return log_.empty() ? " (no folder took its log)" : " (log: " + log_ + ")";
}

void Client::forget_if_forked() {
  if (owner_ == ::getpid()) return;
  child_.disown();
  minder_.disown();
  idle_.clear();
  control_.reset();
  running_ = false;
  ++generation_;
  owner_ = ::getpid();
}

// Whether the answer to a hello is a welcome; else why not.
bool Client::answered_well(const Message& answer, std::string* why) {
  try {
    Reader in(answer.body);
    if (answer.kind == Kind::welcome) {
      in.i64();
      std::string log = in.text();
      if (!log.empty()) log_ = log;
      return true;
    }
    *why = answer.kind == Kind::refuse ? in.text() : "The worker does not speak our language.";
  } catch (const std::exception& error) {
    *why = std::string("The worker's answer cannot be read: ") + error.what() + ".";
  }
  return false;
}

// One that starts imports much first; one that runs answers at once or hangs.
bool Client::greet(AnmCall* call, int socket, bool starting, AnmResult* result, std::string* why) {
  const double patience = starting ? facts_.start_s : facts_.silence_s;
  Writer hello;
  hello.i64(kProtocol).text(facts_.version).text(facts_.digest);
  auto started = Clock::now();
  *result = ANM_SETUP;
  if (!send(socket, Kind::hello, hello.bytes())) {
    *why = "The worker ended before it answered" + log_hint() + "; run `anatomatte doctor`.";
    return false;
  }
  for (;;) {
    Message message;
    switch (receive(socket, &message, kPollMs)) {
      case Got::closed:
        *why = "The worker ended before it answered" + log_hint() + "; run `anatomatte doctor`.";
        return false;
      case Got::message:
        return answered_well(message, why);
      case Got::nothing:
        if (aborted(call)) {
          *result = ANM_CANCELLED;
          *why = "Cancelled while the worker started.";
          return false;
        }
        if (seconds_since(started) > patience) {
          *why = "The worker did not answer within " + in_seconds(patience) + log_hint() +
                 "; run `anatomatte doctor`, or raise ANATOMATTE_WORKER_" +
                 (starting ? "START_S." : "SILENCE_S.");
          return false;
        }
    }
  }
}

bool Client::start_worker(AnmCall* call, Connection* connection, AnmResult* result,
                          std::string* why) {
  log_ = worker_log_path(facts_.version);
  std::vector<std::string> command = facts_.command;
  command.insert(command.end(), {"--log", log_, "--parent", std::to_string(::getpid())});
  *result = ANM_SETUP;
  control_ = child_.start(std::move(command), log_, why);
  if (!control_) return false;
  running_ = true;
  ++generation_;
  if (!greet(call, control_.get(), true, result, why)) {
    control_.reset();
    child_.end(0);
    running_ = false;
    return false;
  }
  return connect_more(connection, why) && greet(call, connection->socket.get(), false, result, why);
}

bool Client::connect_more(Connection* connection, std::string* why) {
  connection->generation = generation_;
  if (facts_.address.empty()) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      *why = std::string("No socket for the worker: ") + strerror(errno) + ".";
      return false;
    }
    connection->socket = Fd(ends[0]);
    Fd theirs(ends[1]);
    if (send(control_.get(), Kind::connect, "", theirs.get())) return true;
    *why = "The worker is gone" + log_hint() + ".";
    return false;
  }
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (facts_.address.size() >= sizeof where.sun_path) {
    *why = "The worker's address " + facts_.address + " is longer than a socket's path may be.";
    return false;
  }
  memcpy(where.sun_path, facts_.address.c_str(), facts_.address.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
    *why = "No worker answers at " + facts_.address + ": " + strerror(errno) +
           ". Start one with `anatomatte worker serve " + facts_.address +
           "` or unset ANATOMATTE_WORKER.";
    return false;
  }
  connection->socket = std::move(socket);
  return true;
}

// A connection of this thread's own: an idle one, one more, or the first of a new worker.
bool Client::take(AnmCall* call, Connection* connection, AnmResult* result, std::string* why) {
  while (!mutex_.try_lock_for(std::chrono::milliseconds(kPollMs))) {
    if (aborted(call)) {
      *result = ANM_CANCELLED;
      *why = "Cancelled while the worker started.";
      return false;
    }
  }
  std::lock_guard<std::timed_mutex> guard(mutex_, std::adopt_lock);
  forget_if_forked();
  *result = ANM_SETUP;
  if (!idle_.empty()) {
    *connection = std::move(idle_.back());
    idle_.pop_back();
    return true;
  }
  if (!facts_.address.empty()) {
    return connect_more(connection, why) &&
           greet(call, connection->socket.get(), false, result, why);
  }
  if (running_ && connect_more(connection, why) &&
      greet(call, connection->socket.get(), false, result, why)) {
    return true;
  }
  if (*result == ANM_CANCELLED) return false;
  if (running_) {  // it died while nobody looked
    idle_.clear();
    control_.reset();
    child_.end(0);
    running_ = false;
  }
  return start_worker(call, connection, result, why);
}

void Client::give_back(Connection connection) {
  std::lock_guard<std::timed_mutex> guard(mutex_);
  if (connection.generation != generation_) return;
  idle_.push_back(std::move(connection));
  last_frame_ = Clock::now();
  minder_.start(facts_.idle_s, [this] {
    std::unique_lock<std::timed_mutex> lock(mutex_, std::try_to_lock);
    if (lock && seconds_since(last_frame_) >= facts_.idle_s) let_go_of_pixels();
  });
}

void Client::let_go_of_pixels() {
  for (Connection& connection : idle_) {
    if (!connection.memory.empty()) connection.memory.give_back(connection.socket.get());
  }
}

void Client::drop_worker(int generation, bool kill) {
  std::lock_guard<std::timed_mutex> guard(mutex_);
  if (generation != generation_) return;
  idle_.clear();  // of a served worker that was replaced they are all dead
  if (!running_) {
    ++generation_;
    return;
  }
  control_.reset();
  child_.end(kill ? 0 : 500);
  running_ = false;
}

Client::Talk Client::talk(AnmCall* call, Connection* connection, AnmResult* result,
                          std::string* why) {
  LentMemory* memory = &connection->memory;
  int socket = connection->socket.get();
  std::vector<int64_t> blocks;
  char* window = nullptr;
  if (!put_in(*call, memory, &blocks, &window, why)) {
    *result = ANM_MEMORY;
    return memory->give_back(socket) ? Talk::finished : Talk::lost;
  }
  *why = "The worker ended while it rendered this frame" + log_hint() + ".";
  const std::string frame = encode(*call, blocks, memory->may_keep(), present_ocio());
  if (!memory->tell(socket) || !send(socket, Kind::render, frame)) return Talk::lost;
  int64_t copied = 0;
  auto started = Clock::now(), last_sign = started;
  bool cancelling = false;
  for (;;) {
    Message message;
    Got got = receive(socket, &message, kPollMs);
    if (got == Got::closed) return Talk::lost;
    if (got == Got::message) {
      last_sign = Clock::now();
      Reader in(message.body);
      if (message.kind == Kind::alive && call->progress) call->progress(call->host, in.f64());
      if (message.kind == Kind::rows) {
        const int64_t rows = in.i64();
        copy_out(*call, window, copied, rows);
        copied = std::max(copied, std::min(rows, window_rows(*call)));
      }
      if (message.kind == Kind::fetch || message.kind == Kind::ask) {
        const AnmResult lent = message.kind == Kind::fetch ? lend_other(call, message, connection)
                                                           : lend_values(call, message, connection);
        if (lent == ANM_FAILED) return Talk::lost;
        started += Clock::now() - last_sign;  // the host's time is not the frame's
        last_sign = Clock::now();
        cancelling = cancelling || lent == ANM_CANCELLED;
      }
      if (message.kind == Kind::done) {
        *result = static_cast<AnmResult>(in.i64());
        *why = in.text();
        memory->hear(get_held(&in));
        const Places places = get_places(&in);
        if (*result == ANM_CANCELLED && !cancelling) {  // somebody's SIGTERM, not our host
          *why = "The worker was ended while it rendered this frame" + log_hint() + ".";
          return Talk::lost;
        }
        const bool well = *result == ANM_OK;
        if (well && places.empty()) copy_out(*call, window, copied, window_rows(*call));
        if (well && !places.empty()) gather(*call, places, *memory);
        memory->settle(socket);
        // it may not have been mapped there
        if (*result == ANM_MEMORY && !memory->give_back(socket)) return Talk::lost;
        return Talk::finished;
      }
    }
    if (!cancelling && aborted(call)) {
      cancelling = send(socket, Kind::cancel, "");
      if (!cancelling) return Talk::lost;
      started = Clock::now();
    }
    if (cancelling && seconds_since(started) * 1000 > kCancelPatienceMs) return Talk::lost;
    if (seconds_since(last_sign) > facts_.silence_s) {
      *why = "The worker gave no sign of life for " + in_seconds(facts_.silence_s) + log_hint() +
             "; it was ended.";
      return Talk::lost;
    }
    if (!cancelling && seconds_since(started) > facts_.frame_s) {
      *why = "The frame took longer than " + in_seconds(facts_.frame_s) +
             " (ANATOMATTE_WORKER_FRAME_S)" + log_hint() + "; it was given up.";
      return Talk::lost;
    }
  }
}

AnmResult Client::render(AnmCall* call) {
  std::string why;
  AnmResult result = ANM_SETUP;
  for (int attempt = 0; attempt < 2; ++attempt) {
    Connection connection;
    if (!take(call, &connection, &result, &why)) break;
    Talk outcome;
    try {
      outcome = talk(call, &connection, &result, &why);
    } catch (const std::bad_alloc&) {
      why = "There is no memory left for the frame's way to the worker.";
      result = ANM_MEMORY;
      break;  // this connection is dropped
    } catch (const std::exception& error) {
      why = std::string("The worker's answer cannot be read: ") + error.what() + log_hint() + ".";
      outcome = Talk::lost;
    }
    if (outcome == Talk::finished) {
      give_back(std::move(connection));
      break;
    }
    result = ANM_FAILED;
    if (aborted(call)) {
      result = ANM_CANCELLED;
      break;  // only our connection is dropped; the worker notices and gives the frame up
    }
    drop_worker(connection.generation, true);
  }
  if (call->message && call->message_size) {
    snprintf(call->message, call->message_size, "%s", why.c_str());
  }
  return result;
}

AnmResult Client::status(char* text, size_t size) {
  Connection connection;
  AnmResult result = ANM_SETUP;
  std::string why;
  if (!take(nullptr, &connection, &result, &why)) {
    snprintf(text, size, "%s", why.c_str());
    return result;
  }
  Message message;
  bool answered = send(connection.socket.get(), Kind::status, "") &&
                  receive(connection.socket.get(), &message, 5000) == Got::message &&
                  message.kind == Kind::text;
  if (!answered) {
    snprintf(text, size, "The worker does not answer%s.", log_hint().c_str());
    return ANM_SETUP;
  }
  std::string served = facts_.address.empty() ? "" : "Served at " + facts_.address + "\n";
  try {
    snprintf(text, size, "%s%s", served.c_str(), Reader(message.body).text().c_str());
  } catch (const std::exception&) {
    snprintf(text, size, "%sThe worker's answer cannot be read%s.", served.c_str(),
             log_hint().c_str());
    return ANM_SETUP;
  }
  give_back(std::move(connection));
  return ANM_OK;
}

bool Client::running() {
  std::unique_lock<std::timed_mutex> lock(mutex_, std::try_to_lock);
  return !lock || running_ || !facts_.address.empty();  // held: somebody starts it just now
}

void Client::purge() {
  std::unique_lock<std::timed_mutex> lock(mutex_, std::try_to_lock);
  if (!lock || owner_ != ::getpid()) return;  // held: a worker starts and has nothing yet
  let_go_of_pixels();
  if (!idle_.empty()) send(idle_.back().socket.get(), Kind::purge, "");
}

}  // namespace anatomatte::channel
