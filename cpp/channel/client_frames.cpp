// What a client knows of other frames: hands them and their controls to the worker one by one, and
// asks it which.
#include "client.h"
#include "frame_codec.h"

namespace anatomatte::channel {
namespace {

constexpr int kReachMs = 10000;

// Takes a picture of the host's into shared memory while it is lent.
struct Lent {
  SharedMemory* memory;
  bool* sent;
  std::string why;
  Writer facts;
  bool taken = false;

  static void take(void* taker, const AnmImage* image) {
    auto* self = static_cast<Lent*>(taker);
    if (!grown(packed_size(*image), self->memory, self->sent, &self->why)) return;
    copy_packed(*image, self->memory->map.data());
    put_picture(&self->facts, *image);
    self->taken = true;
  }
};

}  // namespace

// Answers a fetch; ANM_FAILED when the worker is gone.
AnmResult Client::lend_other(AnmCall* call, const Message& asked, Connection* connection) {
  Reader in(asked.body);
  const std::string clip = in.text();
  const double time = in.f64();
  in.end();
  Lent lent{&connection->beside, &connection->beside_sent, "", {}, false};
  char sentence[1024] = "";
  AnmFetch wanted{sizeof(AnmFetch), clip.c_str(),   time, &Lent::take, &lent,
                  sentence,         sizeof sentence};
  AnmResult result = ANM_PLATE;
  if (call->fetch) result = call->fetch(call->host, &wanted);
  if (result == ANM_OK && !lent.taken) result = ANM_MEMORY;
  sentence[sizeof sentence - 1] = 0;
  const std::string why = lent.why.empty() ? sentence : lent.why;
  Writer out;
  out.i64(result).text(result == ANM_OK ? "" : why);
  int fd = -1;
  if (result == ANM_OK) {
    out.i64(static_cast<int64_t>(connection->beside.map.size()));
    if (!connection->beside_sent) fd = connection->beside.fd.get();
  }
  const std::string facts = result == ANM_OK ? lent.facts.bytes() : "";
  if (!send(connection->socket.get(), Kind::plate, out.bytes() + facts, fd)) return ANM_FAILED;
  if (result == ANM_OK) connection->beside_sent = true;
  return result == ANM_FAILED ? ANM_PLATE : result;
}

// Answers an ask likewise.
AnmResult Client::lend_values(AnmCall* call, const Message& asked, Connection* connection) {
  Reader in(asked.body);
  const double time = in.f64();
  in.end();
  std::string values;
  char sentence[1024] = "";
  const auto take = [](void* taker, const AnmValue* rows, int32_t count) {
    *static_cast<std::string*>(taker) = encode_values(rows, count);
  };
  AnmAsk wanted{sizeof(AnmAsk), time, take, &values, sentence, sizeof sentence};
  AnmResult result = ANM_PLATE;
  if (call->values_at) result = call->values_at(call->host, &wanted);
  if (result == ANM_OK && values.empty()) result = ANM_PLATE;
  sentence[sizeof sentence - 1] = 0;
  Writer out;
  out.i64(result).text(result == ANM_OK ? "" : sentence);
  const std::string body = out.bytes() + (result == ANM_OK ? values : "");
  if (!send(connection->socket.get(), Kind::values, body)) return ANM_FAILED;
  return result == ANM_FAILED ? ANM_PLATE : result;
}

// A late answer would be taken for the next one's, so such a connection is not used again.
AnmResult Client::reach(AnmReach* question) {
  Connection connection;
  AnmResult result = ANM_SETUP;
  std::string why;
  if (!take(nullptr, &connection, &result, &why)) return result;
  Message message;
  const int socket = connection.socket.get();
  if (!send(socket, Kind::reach, encode_reach(*question)) ||
      receive(socket, &message, kReachMs) != Got::message || message.kind != Kind::reached) {
    return ANM_SETUP;
  }
  try {
    Reader in(message.body);
    result = static_cast<AnmResult>(in.i64());
    question->first = in.f64();
    question->last = in.f64();
    question->clips_first = in.f64();
    question->clips_last = in.f64();
    in.end();
  } catch (const std::exception&) {
    return ANM_FAILED;
  }
  give_back(std::move(connection));
  return result;
}

}  // namespace anatomatte::channel
