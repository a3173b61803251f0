// One frame through a client, and what is left of processes and files; for the tests of workers.
#pragma once

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "channel/client.h"
#include "check.h"

namespace anatomatte::tests {

using channel::Client;
using channel::ClientFacts;

inline std::string g_worker, g_engine;

inline double now() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

inline ClientFacts facts() {
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
inline Answer render(Client& client, const char* mode, double abort_after = 1e9, int width = 33,
                     int height = 17) {
  std::vector<float> in(static_cast<size_t>(width) * height * 4), out(in.size(), -1.0f);
  static std::atomic<int> frame{0};  // no two frames have the same pixels
  const int shift = ++frame;
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i % 977 + shift % 50) * 0.5f;
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

inline bool right(const Answer& answer) {
  return answer.result == ANM_OK && answer.window_right && answer.rest_intact;
}

inline bool says(const Answer& answer, const char* words) {
  return answer.sentence.find(words) != std::string::npos;
}

inline int worker_pid(Client& client) {
  char text[256] = "";
  client.status(text, sizeof text);
  int pid = 0;
  const char* told = strstr(text, "Worker process ");
  if (told) sscanf(told, "Worker process %d", &pid);
  return pid;
}

// Children that live, and zombies, of this process.
inline int children() {
  std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  int count = 0;
  for (std::string pid; list >> pid;) ++count;
  return count;
}

inline int open_files() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

inline bool gone_soon(int pid) {
  for (int i = 0; i < 200; ++i) {
    if (::kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace anatomatte::tests
