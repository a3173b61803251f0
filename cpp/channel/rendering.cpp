#include "rendering.h"

#include <cstdio>
#include <exception>
#include <vector>

#include "frame_codec.h"

namespace anatomatte::channel {
namespace {

constexpr auto kAliveEvery = std::chrono::milliseconds(500);
constexpr int kPollMs = 50;

}  // namespace

int32_t Rendering::aborted(void* host) { return static_cast<Rendering*>(host)->poll() ? 1 : 0; }

void Rendering::progressed(void* host, double value) {
  static_cast<Rendering*>(host)->progress_ = value;
}

bool Rendering::alive() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sign_ < kAliveEvery) return true;
  last_sign_ = now;
  return say(Kind::alive, Writer().f64(progress_).bytes());
}

bool Rendering::say(Kind kind, const std::string& body) {
  const std::lock_guard<std::mutex> lock(saying_);
  return send(socket_, kind, body);
}

void Rendering::wrote(void* host, int32_t rows) {
  static_cast<Rendering*>(host)->say(Kind::rows, Writer().i64(rows).bytes());
}

int32_t Rendering::lies(void* host, const AnmChannels* channels) {
  auto* self = static_cast<Rendering*>(host);
  return find_places(*channels, *self->call_, *self->memory_, &self->places_) ? 1 : 0;
}

bool Rendering::poll() {
  if (cancelled_ || *stop_) return true;
  Message message;
  switch (receive(socket_, &message, 0)) {
    case Got::nothing:
      break;
    case Got::closed:
      return cancelled_ = true;
    case Got::message:
      if (message.kind == Kind::cancel) return cancelled_ = true;
      break;
  }
  if (!alive()) cancelled_ = true;
  return cancelled_;
}

// Waits as long as the host takes: it may have to render what comes before the node.
bool Rendering::answered(Kind question, const std::string& body, Kind answer, Message* message) {
  if (poll() || !say(question, body)) return false;
  while (!*stop_) {
    *message = Message();
    const Got got = receive(socket_, message, kPollMs);
    if (got == Got::closed || message->kind == Kind::cancel) break;
    if (got == Got::message && message->kind == answer) return true;
    if (got == Got::message && message->kind == Kind::memory) memory_->add(message);
    if (got == Got::message && message->kind == Kind::release) memory_->drop(message->body);
    if (!alive()) break;
  }
  cancelled_ = true;
  return false;
}

AnmResult Rendering::fetch(void* host, AnmFetch* wanted) {
  auto* self = static_cast<Rendering*>(host);
  Message plate;
  Writer asked;
  asked.text(wanted->clip).f64(wanted->time);
  put_held(&asked, self->memory_->held());
  try {
    if (!self->answered(Kind::fetch, asked.bytes(), Kind::plate, &plate)) return ANM_CANCELLED;
  } catch (const std::exception& error) {
    return self->told(ANM_FAILED, error.what(), wanted->message, wanted->message_size);
  }
  return self->take(&plate, wanted);
}

AnmResult Rendering::values_at(void* host, AnmAsk* wanted) {
  auto* self = static_cast<Rendering*>(host);
  Message values;
  const std::string asked = Writer().f64(wanted->time).bytes();
  if (!self->answered(Kind::ask, asked, Kind::values, &values)) return ANM_CANCELLED;
  return self->take(values, wanted);
}

AnmResult Rendering::take(Message* plate, AnmFetch* wanted) {
  std::string why;
  AnmResult result = ANM_FAILED;
  try {
    Reader in(plate->body);
    result = static_cast<AnmResult>(in.i64());
    why = in.text();
    if (result == ANM_OK) {
      const AnmImage image = get_picture(&in, *memory_, &texts_);
      wanted->take(wanted->taker, &image);
    }
  } catch (const NoMemory& error) {
    result = ANM_MEMORY;
    why = error.what();
  } catch (const std::exception& error) {
    result = ANM_FAILED;
    why = error.what();
  }
  return told(result, why, wanted->message, wanted->message_size);
}

AnmResult Rendering::take(const Message& values, AnmAsk* wanted) {
  std::string why;
  AnmResult result = ANM_FAILED;
  try {
    Reader in(values.body);
    result = static_cast<AnmResult>(in.i64());
    why = in.text();
    if (result == ANM_OK) {
      std::vector<AnmValue> rows;
      std::deque<std::string> texts;
      decode_values(&in, &rows, &texts);
      wanted->take(wanted->taker, rows.data(), static_cast<int32_t>(rows.size()));
    }
  } catch (const std::exception& error) {
    result = ANM_FAILED;
    why = error.what();
  }
  return told(result, why, wanted->message, wanted->message_size);
}

AnmResult Rendering::told(AnmResult result, const std::string& why, char* message, size_t size) {
  if (result == ANM_CANCELLED) cancelled_ = true;
  if (message && size) std::snprintf(message, size, "%s", why.c_str());
  return result;
}

}  // namespace anatomatte::channel
