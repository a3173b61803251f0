// The client and the real worker program, with bad_engine in it.
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "channel/client.h"
#include "check.h"

namespace {

using anatomatte::channel::Client;
using anatomatte::channel::ClientFacts;

std::string g_worker, g_engine;

double now() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

ClientFacts facts() {
  ClientFacts made;
  made.command = {g_worker, "--engine", g_engine, "--version", "1", "--digest", "abcdef01"};
  made.version = "1";
  made.digest = "abcdef01";
  made.silence_s = 2.0;
  return made;
}

struct Answer {
  AnmResult result;
  std::string sentence;
  double seconds;
  bool window_right;  // every pixel of the window is the source's
  bool rest_intact;   // and no other pixel was written
  double progress = -1;
};

// One frame of width × height RGBA floats in negative rows, of which a window is rendered.
Answer render(Client& client, const char* mode, double abort_after = 1e9, int width = 33,
              int height = 17) {
  std::vector<float> in(static_cast<size_t>(width) * height * 4), out(in.size(), -1.0f);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i % 977) * 0.5f;
  size_t last_row = static_cast<size_t>(height - 1) * width * 4;
  AnmImage source{};
  source.size = sizeof source;
  source.clip = "Source";
  source.data = in.data() + last_row;
  source.bounds[0] = -5;
  source.bounds[1] = 7;
  source.bounds[2] = width - 5;
  source.bounds[3] = height + 7;
  source.row_bytes = -static_cast<int64_t>(width) * 16;
  source.components = 4;
  source.depth = ANM_FLOAT;
  source.pixel_aspect = 1.0;
  AnmImage output = source;
  output.clip = "Output";
  output.data = out.data() + last_row;
  AnmValue value{};
  value.name = "mode";
  value.kind = 1;
  value.text = mode;
  char sentence[1024] = "";
  struct Host {
    double deadline, progress = -1;
  } host{now() + abort_after};
  AnmCall call{};
  call.size = sizeof call;
  call.scale[0] = call.scale[1] = 1.0;
  const int window[4] = {-4, 9, width - 7, height + 6};
  std::copy(window, window + 4, call.window);
  call.inputs = &source;
  call.n_inputs = 1;
  call.output = &output;
  call.values = &value;
  call.n_values = 1;
  call.host = &host;
  call.aborted = [](void* p) -> int32_t { return now() > static_cast<Host*>(p)->deadline; };
  call.progress = [](void* p, double done) { static_cast<Host*>(p)->progress = done; };
  call.message = sentence;
  call.message_size = sizeof sentence;
  double began = now();
  Answer answer{client.render(&call), sentence, 0, true, true};
  answer.sentence = sentence;
  answer.seconds = now() - began;
  answer.progress = host.progress;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      int x = column - 5, y = height + 7 - 1 - row;
      size_t at = (static_cast<size_t>(row) * width + column) * 4;
      bool inside = x >= window[0] && x < window[2] && y >= window[1] && y < window[3];
      bool same = !memcmp(&in[at], &out[at], 16);
      if (inside && !same) answer.window_right = false;
      if (!inside && out[at] != -1.0f) answer.rest_intact = false;
    }
  }
  return answer;
}

bool right(const Answer& answer) {
  return answer.result == ANM_OK && answer.window_right && answer.rest_intact;
}

bool says(const Answer& answer, const char* words) {
  return answer.sentence.find(words) != std::string::npos;
}

int worker_pid(Client& client) {
  char text[256] = "";
  client.status(text, sizeof text);
  int pid = 0;
  const char* told = strstr(text, "Worker process ");
  if (told) sscanf(told, "Worker process %d", &pid);
  return pid;
}

// Children that live, and zombies, of this process.
int children() {
  std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  int count = 0;
  for (std::string pid; list >> pid;) ++count;
  return count;
}

int open_files() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

bool gone_soon(int pid) {
  for (int i = 0; i < 200; ++i) {
    if (::kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

void frames() {
  int files = open_files();
  {
    Client client(facts());
    for (int i = 0; i < 5; ++i) CHECK(right(render(client, "copy")));
    CHECK(right(render(client, "copy", 1e9, 3, 5)));
    CHECK(right(render(client, "copy", 1e9, 1001, 503)));  // the shared memory grows
    Answer failed = render(client, "fail");
    CHECK_EQ(static_cast<int>(failed.result), static_cast<int>(ANM_PLATE));
    CHECK_EQ(failed.sentence, std::string("Source is too thin."));
    CHECK(failed.rest_intact);
    ::setenv("OCIO", "/show/config.ocio", 1);
    ::setenv("PYTHONPATH", "/host/python", 1);
    CHECK(says(render(client, "environment"), "OCIO /show/config.ocio"));
    ::unsetenv("OCIO");
    CHECK(says(render(client, "environment"), "OCIO unset"));
    client.purge();
    CHECK(right(render(client, "copy")));
  }
  ::setenv("CUDA_VISIBLE_DEVICES", "3", 1);
  {
    Client client(facts());
    Answer answer = render(client, "environment");
    CHECK(says(answer, "PYTHONPATH gone"));
    CHECK(says(answer, "keep 3"));
  }
  CHECK_EQ(children(), 0);
  CHECK_EQ(open_files(), files);
}

int mapped_regions(int pid) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find("memfd:anatomatte") != std::string::npos;
  }
  return count;
}

// Pixels go back in both processes after the idle time, not before, and come again.
void idleness() {
  ClientFacts brief = facts();
  brief.idle_s = 0.5;
  Client client(brief);
  for (int round = 0; round < 2; ++round) {
    CHECK(right(render(client, "copy")));
    int pid = worker_pid(client);
    CHECK_EQ(mapped_regions(::getpid()), 1);
    CHECK_EQ(mapped_regions(pid), 1);
    double began = now();
    while (mapped_regions(::getpid()) + mapped_regions(pid) > 0 && now() - began < 5.0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK_EQ(mapped_regions(::getpid()), 0);
    CHECK_EQ(mapped_regions(pid), 0);
    CHECK_EQ(worker_pid(client), pid);
  }
  // a forked child ends in peace, though its copy of the client minds nothing
  pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    bool fine = right(render(client, "copy"));
    client.~Client();
    ::_exit(fine ? 0 : 1);
  }
  int ended = 0;
  ::waitpid(child, &ended, 0);
  CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
}

void faults() {
  Client client(facts());
  CHECK(right(render(client, "copy")));
  // a crash fails its frame, in words, and only its frame
  Answer crash = render(client, "crash");
  CHECK_EQ(static_cast<int>(crash.result), static_cast<int>(ANM_FAILED));
  CHECK(says(crash, "The worker ended while it rendered"));
  CHECK(says(crash, "log"));
  CHECK(right(render(client, "copy")));
  // one that is killed between frames, or in one, is started again without a word
  ::kill(worker_pid(client), SIGKILL);
  CHECK(right(render(client, "copy")));
  // one that stands still is noticed within the silence, twice, and ended
  Answer stopped = render(client, "stop");
  CHECK_EQ(static_cast<int>(stopped.result), static_cast<int>(ANM_FAILED));
  CHECK(says(stopped, "no sign of life for 2 s"));
  CHECK(stopped.seconds < 15.0);
  CHECK(right(render(client, "copy")));
  // a slow one lives, tells its progress, and obeys the abort
  Answer aborted = render(client, "slow", 1.2);
  CHECK_EQ(static_cast<int>(aborted.result), static_cast<int>(ANM_CANCELLED));
  CHECK(aborted.seconds < 8.0);
  CHECK(aborted.progress >= 0.0);
  CHECK(right(render(client, "copy")));
  // the longest frame is a limit
  ClientFacts impatient = facts();
  impatient.frame_s = 0.5;
  Client hurried(impatient);
  CHECK(says(render(hurried, "slow"), "longer than 0.5 s"));
  CHECK_EQ(children(), 1);
}

void many() {
  Client client(facts());
  std::vector<std::thread> threads;
  std::vector<int> good(8, 0);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int frame = 0; frame < 20; ++frame) good[i] += right(render(client, "copy"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int count : good) CHECK_EQ(count, 20);
  CHECK_EQ(children(), 1);  // one worker serves all threads
}

void refusals() {
  ClientFacts other = facts();
  other.digest = "00000000";
  Client stranger(other);
  Answer answer = render(stranger, "copy");
  CHECK_EQ(static_cast<int>(answer.result), static_cast<int>(ANM_SETUP));
  // its own worker was started with the command's digest
  CHECK(says(answer, "install the same version"));
  other = facts();
  other.command[0] = "/nowhere/anatomatte-worker";
  Client nobody(other);
  CHECK(says(render(nobody, "copy"), "could not be started"));
  other = facts();
  other.command = {"/bin/true"};
  Client mute(other);
  CHECK(says(render(mute, "copy"), "ended before it answered"));
  other = facts();
  other.start_s = 0.5;
  // a program that reads nothing and says nothing must not hold the host
  other.command = {"/bin/sh", "-c", "sleep 100", "sh"};
  Client silent(other);
  CHECK(says(render(silent, "copy"), "did not answer within 0.5 s"));
  other = facts();
  other.command[2] = "/nowhere/engine.so";
  Client empty(other);
  CHECK(says(render(empty, "copy"), "the engine cannot be loaded"));
  CHECK_EQ(children(), 0);
}

void forks() {
  int pid = 0;
  {
    Client client(facts());
    CHECK(right(render(client, "copy")));
    pid = worker_pid(client);
    // a forked child renders with a worker of its own, and its end harms nobody
    pid_t child = ::fork();
    if (child == 0) {
      bool fine = right(render(client, "copy")) && worker_pid(client) != pid;
      ::_exit(fine ? 0 : 1);
    }
    int ended = 0;
    ::waitpid(child, &ended, 0);
    CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    CHECK(right(render(client, "copy")));
    CHECK_EQ(worker_pid(client), pid);
  }
  CHECK(gone_soon(pid));
  // a host that leaves without unloading, while a forked child keeps its files, leaves no orphan
  int ends[2];
  CHECK(::pipe(ends) == 0);
  pid_t host = ::fork();
  if (host == 0) {
    auto* client = new Client(facts());
    int worker = right(render(*client, "copy")) ? worker_pid(*client) : 0;
    if (::fork() == 0) {
      ::sleep(3);
      ::_exit(0);
    }
    (void)!::write(ends[1], &worker, sizeof worker);
    ::_exit(0);
  }
  CHECK(::read(ends[0], &pid, sizeof pid) == static_cast<ssize_t>(sizeof pid));
  ::waitpid(host, nullptr, 0);
  CHECK(pid > 0);
  CHECK(gone_soon(pid));
}

void served() {
  std::string address = "/tmp/anatomatte-test-" + std::to_string(::getpid()) + ".sock";
  auto serve = [&] {
    pid_t server = ::fork();
    if (server == 0) {
      ::execl(g_worker.c_str(), g_worker.c_str(), "--engine", g_engine.c_str(), "--version", "1",
              "--digest", "abcdef01", "--serve", address.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 100 && ::access(address.c_str(), F_OK) != 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return server;
  };
  ClientFacts remote = facts();
  remote.command.clear();
  remote.address = address;
  Client early(remote);
  CHECK(says(render(early, "copy"), "No worker answers"));
  pid_t server = serve();
  Client first(remote), second(remote);
  CHECK(right(render(first, "copy")));
  CHECK(right(render(second, "copy")));
  CHECK_EQ(worker_pid(first), static_cast<int>(server));
  CHECK_EQ(worker_pid(second), static_cast<int>(server));
  // a second server refuses the address; the first is not disturbed
  pid_t rival = serve();
  int ended = 0;
  ::waitpid(rival, &ended, 0);
  CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 4);
  CHECK(right(render(first, "copy")));
  ::kill(server, SIGTERM);
  ::waitpid(server, &ended, 0);
  CHECK(::access(address.c_str(), F_OK) != 0);
  Answer late = render(first, "copy");
  CHECK(late.result != ANM_OK && says(late, "No worker answers"));
  // a dead worker's file is no obstacle
  pid_t again = serve();
  ::kill(again, SIGKILL);
  ::waitpid(again, nullptr, 0);
  pid_t after = serve();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(right(render(first, "copy")));
  // four connections lie idle while the worker is replaced: no frame is lost
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { render(first, "slow", 0.5); });
  for (std::thread& thread : threads) thread.join();
  ::kill(after, SIGKILL);
  ::waitpid(after, nullptr, 0);
  pid_t last = serve();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  for (int i = 0; i < 6; ++i) CHECK(right(render(first, "copy")));
  ::kill(last, SIGTERM);
  ::waitpid(last, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> tests = {
      {"frames", frames},     {"idleness", idleness}, {"faults", faults}, {"many", many},
      {"refusals", refusals}, {"forks", forks},       {"served", served}};
  if (argc != 4 || !tests.count(argv[3])) return 2;
  g_worker = argv[1];
  g_engine = argv[2];
  tests.at(argv[3])();
  return verdict(argv[3]);
}
