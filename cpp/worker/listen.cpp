#include "listen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace anatomatte::worker {
namespace {

using channel::Fd;

Fd new_socket() { return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

bool answers(const sockaddr_un& where) {
  Fd probe = new_socket();
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

bool bind_at(int socket, const sockaddr_un& where) {
  mode_t before = ::umask(0177);  // the socket's file is the user's own from its first moment
  bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  ::umask(before);
  return bound;
}

}  // namespace

Fd listen_at(const std::string& path, std::string* why) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.size() >= sizeof where.sun_path) {
    *why = path + " is longer than a socket's path may be (" +
           std::to_string(sizeof where.sun_path - 1) + " bytes); choose a shorter one.";
    return Fd();
  }
  memcpy(where.sun_path, path.c_str(), path.size());
  if (answers(where)) {
    *why = "A worker already answers at " + path + "; stop it or choose another path.";
    return Fd();
  }
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) == 0) {
    if (!S_ISSOCK(facts.st_mode)) {
      *why = path + " exists and is not a socket; choose another path.";
      return Fd();
    }
    ::unlink(path.c_str());
  }
  Fd socket = new_socket();
  if (!socket || !bind_at(socket.get(), where) || ::listen(socket.get(), 64) != 0) {
    *why = "Cannot listen at " + path + ": " + strerror(errno) + ".";
    return Fd();
  }
  return socket;
}

Fd accept_own(int listener, int timeout_ms) {
  pollfd entry{listener, POLLIN, 0};
  if (::poll(&entry, 1, timeout_ms) <= 0) return Fd();
  Fd caller(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!caller) return Fd();
  ucred peer{};
  socklen_t size = sizeof peer;
  bool told = ::getsockopt(caller.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (!told || peer.uid != ::getuid()) return Fd();
  return caller;
}

}  // namespace anatomatte::worker
