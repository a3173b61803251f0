// The node's side of the worker: starts it, keeps a connection per concurrent frame, notices when
// it dies or stops, starts it again once.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "child.h"
#include "engine_api.h"
#include "lent_memory.h"
#include "minder.h"
#include "wire.h"

namespace anatomatte::channel {

struct ClientFacts {
  std::vector<std::string> command;  // the worker's executable and arguments
  std::string address;               // of a served worker; then no child is started
  std::string version;
  std::string digest;
  double start_s = 60.0;    // from start to the answer
  double silence_s = 20.0;  // a living worker says so twice a second
  double frame_s = 900.0;   // the longest frame
  double idle_s = 120.0;    // after this long without a frame the memory for pixels goes back
};

// Time-outs from ANATOMATTE_WORKER_START_S, _SILENCE_S and _FRAME_S, where these are numbers.
void read_timeouts(ClientFacts* facts);

class Client {
 public:
  explicit Client(ClientFacts facts) : facts_(std::move(facts)) {}
  ~Client();

  AnmResult render(AnmCall* call);
  AnmResult status(char* text, size_t size);
  AnmResult reach(AnmReach* question);
  void purge();
  // False when a private worker was not started, or is known to have ended.  Never waits.
  bool running();

 private:
  struct Connection {
    Fd socket;
    LentMemory memory;
    int generation = 0;
  };
  enum class Talk { finished, lost };

  bool take(AnmCall* call, Connection* connection, AnmResult* result, std::string* why);
  void give_back(Connection connection);
  void drop_worker(int generation, bool kill);
  void let_go_of_pixels();
  void forget_if_forked();
  bool start_worker(AnmCall* call, Connection* connection, AnmResult* result, std::string* why);
  bool connect_more(Connection* connection, std::string* why);
  bool answered_well(const Message& answer, std::string* why);
  bool greet(AnmCall* call, int socket, bool starting, AnmResult* result, std::string* why);
  Talk talk(AnmCall* call, Connection* connection, AnmResult* result, std::string* why);
  bool put_in(const AnmCall& call, LentMemory* memory, std::vector<int64_t>* blocks, char** window,
              std::string* why);
  AnmResult lend_other(AnmCall* call, const Message& asked, Connection* connection);
  AnmResult lend_values(AnmCall* call, const Message& asked, Connection* connection);
  std::string log_hint() const;

  const ClientFacts facts_;
  std::timed_mutex mutex_;  // guards all below
  Child child_;
  Fd control_;  // its closing ends the private worker
  std::vector<Connection> idle_;
  std::string log_;
  pid_t owner_ = 0;
  int generation_ = 0;
  bool running_ = false;
  std::chrono::steady_clock::time_point last_frame_;
  Minder minder_;  // gives pixels back that lie idle
};

}  // namespace anatomatte::channel
