#include "rendering.h"

#include <cstdio>
#include <exception>

#include "frame_codec.h"
#include "shared_memory.h"

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
  return send(socket_, Kind::alive, Writer().f64(progress_).bytes());
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
AnmResult Rendering::fetch(void* host, AnmFetch* wanted) {
  auto* self = static_cast<Rendering*>(host);
  if (self->poll() || !send(self->socket_, Kind::fetch, Writer().f64(wanted->time).bytes())) {
    return ANM_CANCELLED;
  }
  while (!*self->stop_) {
    Message message;
    const Got got = receive(self->socket_, &message, kPollMs);
    if (got == Got::closed || message.kind == Kind::cancel) break;
    if (got == Got::message && message.kind == Kind::plate) return self->take(&message, wanted);
    if (!self->alive()) break;
  }
  self->cancelled_ = true;
  return ANM_CANCELLED;
}

AnmResult Rendering::take(Message* plate, AnmFetch* wanted) {
  std::string why;
  AnmResult result = ANM_FAILED;
  try {
    Reader in(plate->body);
    result = static_cast<AnmResult>(in.i64());
    why = in.text();
    if (result == ANM_OK) {
      const auto size = static_cast<size_t>(in.i64());
      if (plate->fd) *beside_ = map_shared(plate->fd.get(), size, &why);
      if (beside_->data()) {
        const AnmImage image = get_picture(&in, beside_->data(), beside_->size(), &texts_);
        wanted->take(wanted->taker, &image);
      } else {
        result = ANM_MEMORY;
      }
    }
  } catch (const std::exception& error) {
    result = ANM_FAILED;
    why = error.what();
  }
  if (result == ANM_CANCELLED) cancelled_ = true;
  if (wanted->message && wanted->message_size) {
    std::snprintf(wanted->message, wanted->message_size, "%s", why.c_str());
  }
  return result;
}

}  // namespace anatomatte::channel
