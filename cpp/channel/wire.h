// Messages between the node's process and its worker: a kind, a length, a body, perhaps one file
// descriptor.  Both ends are built together and compare versions first, so the body is plain
// values in a fixed order; a short or overlong body is an error, never read past.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "fd.h"

namespace anatomatte::channel {

inline constexpr uint32_t kProtocol = 5;

enum class Kind : uint32_t {
  hello = 1,  // protocol, version, table digest, time-outs           client → worker
  welcome,    // pid, log path                                        worker → client
  refuse,     // a sentence                                           worker → client
  connect,    // + a socket: one more connection for another thread   client → worker
  render,     // one frame (frame_codec.h) in memory that is known    client → worker
  alive,      // progress 0 to 1; also says that the worker lives     worker → client
  done,       // result, sentence, memory held, where the picture is  worker → client
  cancel,     // give the frame up                                    client → worker
  status,     // asks for text                                        client → worker
  text,       // the status                                           worker → client
  purge,      // give memory back                                     client → worker
  release,    // let go of some shared memory, or of all              client → worker
  fetch,      // asks for a clip at a time; memory that is held       worker → client
  plate,      // result, sentence, the picture                        client → worker
  reach,      // asks which frames a frame depends on                 client → worker
  reached,    // result, first and last of Source's others and clips' worker → client
  ask,        // asks for the controls at a time, while one renders   worker → client
  values,     // result, sentence, the controls                       client → worker
  memory,     // number, size; + shared memory of one picture         client → worker
  rows,       // so many of the picture are written, from its top     worker → client
};

struct WireError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Writer {
 public:
  Writer& i64(int64_t value) { return raw(&value, sizeof value); }
  Writer& f64(double value) { return raw(&value, sizeof value); }
  Writer& text(const std::string& value);
  const std::string& bytes() const { return bytes_; }

 private:
  Writer& raw(const void* data, size_t size);
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}
  int64_t i64();
  double f64();
  std::string text();
  void end() const;  // throws when something is left over

 private:
  void raw(void* data, size_t size);
  const std::string& bytes_;
  size_t at_ = 0;
};

struct Message {
  Kind kind = Kind::hello;
  std::string body;
  Fd fd;
};

enum class Got { message, nothing, closed };

// False when the other end is gone or takes nothing for timeout_ms; never raises SIGPIPE.
bool send(int socket, Kind kind, const std::string& body, int fd = -1, int timeout_ms = 10000);

inline constexpr size_t kLongest = 16u << 20;  // no honest message comes near this
inline constexpr size_t kLongestHello = 4096;  // a version and a digest

// Waits up to timeout_ms for a message to begin, and up to body_timeout_ms for the rest of it.  One
// of more than `longest` bytes closes; of several descriptors the first is taken, none is kept.
Got receive(int socket, Message* message, int timeout_ms, int body_timeout_ms = 10000,
            size_t longest = kLongest);

}  // namespace anatomatte::channel
