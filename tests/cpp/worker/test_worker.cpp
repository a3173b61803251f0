// The client and the real worker program, with bad_engine in it.
#include <functional>
#include <map>

#include "one_frame.h"

namespace {

using namespace anatomatte::tests;

void frames() {
  int files = open_files();
  {
    Client client(facts());
    for (int i = 0; i < 5; ++i) CHECK(right(render(client, "copy")));
    CHECK(right(render(client, "copy", 1e9, 3, 5)));
    CHECK(right(render(client, "copy", 1e9, 1001, 503)));  // the shared memory grows
    for (const char* mode : {"strips", "there", "astray"}) {
      CHECK(right(render(client, mode)));
      CHECK(right(render(client, mode, 1e9, 801, 303)));
    }
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
    CHECK_EQ(mapped_regions(::getpid()), 2);  // the plate and the picture
    CHECK_EQ(mapped_regions(pid), 2);
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

// A plate that the engine keeps lies untouched where it came to, and there is a bound to it.
void kept() {
  Client client(facts());
  for (int i = 0; i < 8; ++i) {
    const Answer answer = render(client, "keep", 1e9, i < 5 ? 33 : 35 - i, 17);
    CHECK(right(answer));
    CHECK_EQ(answer.sentence, std::string());
    CHECK(mapped_regions(::getpid()) <= 4);  // two plates in turn and the picture
  }
  int pid = worker_pid(client);
  for (int i = 0; i < 40; ++i) CHECK(right(render(client, "hoard")));
  CHECK(mapped_regions(::getpid()) <= 14);
  CHECK(mapped_regions(pid) <= 14);
  CHECK(says(render(client, "keep"), "Nothing may be kept"));  // but all is let go of
  for (int i = 0; i < 5; ++i) CHECK(right(render(client, "keep")));
  CHECK(mapped_regions(::getpid()) <= 4);
  CHECK_EQ(mapped_regions(pid), mapped_regions(::getpid()));
  CHECK_EQ(worker_pid(client), pid);
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

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> tests = {
      {"frames", frames}, {"idleness", idleness}, {"faults", faults}, {"kept", kept},
      {"many", many},     {"refusals", refusals}, {"forks", forks}};
  if (argc != 4 || !tests.count(argv[3])) return 2;
  g_worker = argv[1];
  g_engine = argv[2];
  tests.at(argv[3])();
  return verdict(argv[3]);
}
