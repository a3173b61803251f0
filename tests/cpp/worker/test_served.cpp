// A served worker: shared by clients, refused twice, replaced.
#include "one_frame.h"

namespace {

using namespace anatomatte::tests;

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
  // its clients are several, and each could write into what it lent
  CHECK(says(render(first, "keep"), "Nothing may be kept"));
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
  if (argc != 3) return 2;
  g_worker = argv[1];
  g_engine = argv[2];
  served();
  return verdict("served");
}
