#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <chrono>
#include <new>
#include <utility>

namespace anatomatte::channel {
namespace {

constexpr uint32_t kMagic = 0x414e4d31;  // "ANM1"

struct Head {
  uint32_t magic;
  uint32_t kind;
  uint64_t length;
};

using Clock = std::chrono::steady_clock;

int left(Clock::time_point deadline) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return ms < 0 ? 0 : static_cast<int>(ms);
}

bool wait_for(int socket, short events, int timeout_ms) {
  pollfd entry{socket, events, 0};
  for (;;) {
    int ready = ::poll(&entry, 1, timeout_ms);
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0;
  }
}

bool send_all(int socket, const char* data, size_t size, Clock::time_point deadline) {
  while (size > 0) {
    ssize_t sent = ::send(socket, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      data += sent;
      size -= static_cast<size_t>(sent);
    } else if (sent < 0 && errno == EINTR) {
      continue;
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!wait_for(socket, POLLOUT, left(deadline))) return false;
    } else {
      return false;
    }
  }
  return true;
}

bool receive_all(int socket, char* data, size_t size, Clock::time_point deadline) {
  while (size > 0) {
    ssize_t got = ::recv(socket, data, size, MSG_DONTWAIT);
    if (got > 0) {
      data += got;
      size -= static_cast<size_t>(got);
    } else if (got == 0) {
      return false;
    } else if (errno == EINTR) {
      continue;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(socket, POLLIN, left(deadline))) return false;
    } else {
      return false;
    }
  }
  return true;
}

// The first descriptor of a packet; the room for control data rounds up, so there may be more.
void take_descriptors(msghdr* packet, Fd* first) {
  for (cmsghdr* c = CMSG_FIRSTHDR(packet); c; c = CMSG_NXTHDR(packet, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
      Fd taken(fd);
      if (!*first) *first = std::move(taken);
    }
  }
}

}  // namespace

Writer& Writer::raw(const void* data, size_t size) {
  bytes_.append(static_cast<const char*>(data), size);
  return *this;
}

Writer& Writer::text(const std::string& value) {
  i64(static_cast<int64_t>(value.size()));
  bytes_ += value;
  return *this;
}

void Reader::raw(void* data, size_t size) {
  if (bytes_.size() - at_ < size) throw WireError("a message from the other process is too short");
  memcpy(data, bytes_.data() + at_, size);
  at_ += size;
}

int64_t Reader::i64() {
  int64_t value;
  raw(&value, sizeof value);
  return value;
}

double Reader::f64() {
  double value;
  raw(&value, sizeof value);
  return value;
}

std::string Reader::text() {
  int64_t size = i64();
  if (size < 0 || static_cast<uint64_t>(size) > bytes_.size() - at_) {
    throw WireError("a text in a message from the other process is longer than the message");
  }
  std::string value(bytes_, at_, static_cast<size_t>(size));
  at_ += static_cast<size_t>(size);
  return value;
}

void Reader::end() const {
  if (at_ != bytes_.size()) throw WireError("a message from the other process is too long");
}

bool send(int socket, Kind kind, const std::string& body, int fd, int timeout_ms) {
  auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  Head head{kMagic, static_cast<uint32_t>(kind), body.size()};
  iovec part{&head, sizeof head};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    packet.msg_control = control;
    packet.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&packet);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  ssize_t sent;
  while ((sent = ::sendmsg(socket, &packet, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0) {
    bool full = errno == EAGAIN || errno == EWOULDBLOCK;
    if (errno != EINTR && !(full && wait_for(socket, POLLOUT, left(deadline)))) return false;
  }
  auto done = static_cast<size_t>(sent);
  return send_all(socket, reinterpret_cast<char*>(&head) + done, sizeof head - done, deadline) &&
         send_all(socket, body.data(), body.size(), deadline);
}

Got receive(int socket, Message* message, int timeout_ms, int body_timeout_ms, size_t longest) {
  if (!wait_for(socket, POLLIN, timeout_ms)) return Got::nothing;
  auto deadline = Clock::now() + std::chrono::milliseconds(body_timeout_ms);
  Head head{};
  iovec part{&head, sizeof head};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = control;
  packet.msg_controllen = sizeof control;
  ssize_t got;
  do {
    got = ::recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return Got::closed;
  take_descriptors(&packet, &message->fd);
  auto done = static_cast<size_t>(got);
  char* rest = reinterpret_cast<char*>(&head) + done;
  if (!receive_all(socket, rest, sizeof head - done, deadline)) return Got::closed;
  if (head.magic != kMagic || head.length > longest) return Got::closed;
  message->kind = static_cast<Kind>(head.kind);
  try {
    message->body.resize(head.length);
  } catch (const std::bad_alloc&) {
    return Got::closed;  // callers are callbacks of C, too
  }
  bool whole = receive_all(socket, message->body.data(), head.length, deadline);
  return whole ? Got::message : Got::closed;
}

}  // namespace anatomatte::channel
