// anatomatte-worker: a process of its own around the engine, so that nothing in it can hurt a
// host.  The node starts it privately (the host is file descriptor 3; when that closes, it ends)
// or a person serves it at a socket.
#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "channel/server.h"
#include "engine_api.h"
#include "listen.h"
#include "options.h"

namespace {

using anatomatte::channel::Fd;
using anatomatte::channel::Kind;
using anatomatte::channel::Message;
using anatomatte::channel::Server;
using anatomatte::channel::ServerFacts;
using anatomatte::worker::Options;
namespace channel = anatomatte::channel;

constexpr int kHost = 3;
std::atomic<bool> g_terminated{false};

void terminate(int) { g_terminated = true; }

// glibc raises this by itself to 32 MiB, so that mattes of UHD (31.6 MiB) come from heaps that keep
// what was freed: a sixth of a frame's memory.  The rows of HD stay below, where fresh pages cost
// time.
constexpr int kMappedByItself = 28 << 20;

void frugal() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, kMappedByItself);
#endif
}

// A host's files must not live on because a worker inherited them.
void close_inherited(int keep_up_to) {
  std::vector<int> open;
  if (DIR* folder = ::opendir("/proc/self/fd")) {
    while (dirent* entry = ::readdir(folder)) open.push_back(::atoi(entry->d_name));
    ::closedir(folder);
  }
  for (int fd : open) {
    if (fd > keep_up_to) ::close(fd);
  }
}

const AnmEngine* load_engine(const Options& options, std::string* why) {
  if (!options.libpython.empty() && !::dlopen(options.libpython.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
    *why = std::string("libpython cannot be loaded: ") + ::dlerror();
    return nullptr;
  }
  void* object = ::dlopen(options.engine.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = object ? ::dlsym(object, ANATOMATTE_ENGINE_SYMBOL) : nullptr;
  if (!symbol) {
    *why = std::string("the engine cannot be loaded: ") + ::dlerror();
    return nullptr;
  }
  auto text = [](const std::string& value) { return value.empty() ? nullptr : value.c_str(); };
  char message[4096] = "";
  AnmStart start{};
  start.size = sizeof start;
  start.table_digest = options.digest.c_str();
  start.version = options.version.c_str();
  start.python = text(options.python);
  start.module_path = text(options.module_path);
  start.message = message;
  start.message_size = sizeof message;
  const AnmEngine* engine = reinterpret_cast<AnmEngineEntry>(symbol)(&start);
  if (!engine) *why = message;
  return engine;
}

// Tells the waiting host in words why there is no engine.
void refuse(const std::string& why) {
  fprintf(stderr, "anatomatte-worker: %s\n", why.c_str());
  Message hello;
  if (channel::receive(kHost, &hello, 10000) == channel::Got::message) {
    channel::send(kHost, Kind::refuse, channel::Writer().text(why).bytes());
  }
}

// Ends the process when its parent is gone (a forked child of the host may still hold the socket)
// or when asked to; gives idle memory back.
void watch(Server* server, pid_t parent, const std::string& socket_path) {
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    server->mind_idleness();
    bool orphaned = parent && ::getppid() != parent;
    if (!orphaned && !g_terminated) continue;
    server->stop();
    if (!socket_path.empty()) ::unlink(socket_path.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(orphaned ? 0 : 1500));
    ::_exit(0);
  }
}

int serve(const Options& options) {
  std::string why;
  Fd listener = anatomatte::worker::listen_at(options.serve, &why);
  const AnmEngine* engine = listener ? load_engine(options, &why) : nullptr;
  if (!engine) {
    if (listener) ::unlink(options.serve.c_str());
    fprintf(stderr, "%s\n", why.c_str());
    return 4;
  }
  Server server(*engine, {options.version, options.digest, options.log, options.idle_s});
  std::thread(watch, &server, 0, options.serve).detach();
  printf("Serving at %s (process %d); Ctrl-C ends it.\n", options.serve.c_str(), ::getpid());
  fflush(stdout);
  for (;;) {
    Fd caller = anatomatte::worker::accept_own(listener.get(), 500);
    if (caller) server.serve_detached(std::move(caller));
  }
}

int be_private(const Options& options) {
  std::string why;
  const AnmEngine* engine = load_engine(options, &why);
  if (!engine) {
    refuse(why);
    return 4;
  }
  static Server server(*engine,
                       {options.version, options.digest, options.log, options.idle_s, true});
  std::thread(watch, &server, options.parent, "").detach();
  server.serve(Fd(kHost));
  ::_exit(0);  // frames in flight have nobody to go to; Python is never finalised
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::string why;
  if (!anatomatte::worker::parse(argc, argv, &options, &why)) {
    fprintf(stderr, "anatomatte-worker: %s\n", why.c_str());
    return 2;
  }
  frugal();
  bool served = !options.serve.empty();
  close_inherited(served ? 2 : kHost);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is an error, not an end
  ::signal(SIGINT, served ? terminate : SIG_IGN);  // the host's Ctrl-C is the host's to answer
  ::signal(SIGTERM, terminate);
  if (served && ::signal(SIGHUP, terminate) == SIG_IGN) ::signal(SIGHUP, SIG_IGN);  // nohup
  return served ? serve(options) : be_private(options);
}
