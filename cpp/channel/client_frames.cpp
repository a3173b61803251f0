// What goes along with a client's frame: its pictures, and other frames and their controls, which
// are handed to the worker one by one; and which those are.
#include "client.h"
#include "frame_codec.h"

namespace anatomatte::channel {
namespace {

constexpr int kReachMs = 10000;

// Takes a picture of the host's into shared memory while it is lent.
struct Lent {
  LentMemory* memory;
  std::string why;
  Writer facts;
  bool taken = false;

  static void take(void* taker, const AnmImage* image) {
    auto* self = static_cast<Lent*>(taker);
    const LentMemory::Block* block = self->memory->take_beside(packed_size(*image), &self->why);
    if (!block) return;
    copy_packed(*image, block->data());
    put_picture(&self->facts, *image, block->number, self->memory->may_keep());
    self->taken = true;
  }
};

}  // namespace

// The one copy of the pixels on their way in, and room for those that come out.
bool Client::put_in(const AnmCall& call, LentMemory* memory, std::vector<int64_t>* blocks,
                    char** window, std::string* why) {
  for (int i = 0; i < call.n_inputs; ++i) {
    const LentMemory::Block* block = memory->take(packed_size(call.inputs[i]), why);
    if (!block) return false;
    copy_packed(call.inputs[i], block->data());
    blocks->push_back(block->number);
  }
  const LentMemory::Block* block = memory->take(packed_size(window_image(call)), why);
  if (!block) return false;
  *window = block->data();
  blocks->push_back(block->number);
  return true;
}

// Answers a fetch; ANM_FAILED when the worker is gone.
AnmResult Client::lend_other(AnmCall* call, const Message& asked, Connection* connection) {
  Reader in(asked.body);
  const std::string clip = in.text();
  const double time = in.f64();
  connection->memory.hear(get_held(&in));
  in.end();
  Lent lent{&connection->memory, "", {}, false};
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
  const std::string facts = result == ANM_OK ? lent.facts.bytes() : "";
  const int socket = connection->socket.get();
  if (!connection->memory.tell(socket)) return ANM_FAILED;
  if (!send(socket, Kind::plate, out.bytes() + facts)) return ANM_FAILED;
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
