// Other frames on their way to the worker: one at a time, each where there is room, failing in
// words.
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "channel/client.h"
#include "check.h"

namespace {

using anatomatte::channel::Client;
using anatomatte::channel::ClientFacts;

std::string g_worker, g_engine;

ClientFacts facts() {
  ClientFacts made;
  made.command = {g_worker, "--engine", g_engine, "--version", "1", "--digest", "abcdef01"};
  made.version = "1";
  made.digest = "abcdef01";
  made.silence_s = 1.0;
  made.idle_s = 0.5;
  return made;
}

AnmImage image_of(std::vector<float>* pixels, int width, int height) {
  AnmImage image{};
  image.size = sizeof image;
  image.clip = "Source";
  image.data = pixels->data();
  image.bounds[2] = width;
  image.bounds[3] = height;
  image.row_bytes = int64_t{width} * 16;
  image.components = 4;
  image.depth = ANM_FLOAT;
  image.pixel_aspect = 1.0;
  return image;
}

// A host whose frame at a time is `size` pixels wide and high, and full of that time.
struct Host {
  int size = 4;
  AnmResult answer = ANM_OK;
  AnmResult other_clips = ANM_ABSENT;
  AnmResult controls = ANM_OK;
  double slow_s = 0.0;
  bool abort = false;
  std::vector<double> asked;

  static AnmResult fetch(void* self, AnmFetch* wanted) {
    auto* host = static_cast<Host*>(self);
    host->asked.push_back(wanted->time);
    if (strcmp(wanted->clip, "Source")) return host->other_clips;
    std::this_thread::sleep_for(std::chrono::duration<double>(host->slow_s));
    if (host->answer != ANM_OK) {
      snprintf(wanted->message, wanted->message_size, "No frame %g.", wanted->time);
      return host->answer;
    }
    std::vector<float> pixels(static_cast<size_t>(host->size) * host->size * 4,
                              static_cast<float>(wanted->time));
    const AnmImage image = image_of(&pixels, host->size, host->size);
    wanted->take(wanted->taker, &image);
    return ANM_OK;
  }

  static AnmResult values_at(void* self, AnmAsk* wanted) {
    auto* host = static_cast<Host*>(self);
    if (host->controls != ANM_OK) {
      snprintf(wanted->message, wanted->message_size, "No controls at %g.", wanted->time);
      return host->controls;
    }
    AnmValue rows[2] = {};
    rows[0].name = "mode";
    rows[0].kind = ANM_TEXT;
    rows[0].text = "another";
    rows[1].name = "gain";
    rows[1].count = 1;
    rows[1].number[0] = 10 * wanted->time;
    wanted->take(wanted->taker, rows, 2);
    return ANM_OK;
  }
};

struct Answer {
  AnmResult result;
  std::string sentence;
  float value;
};

Answer render(Client& client, Host* host, bool with_frames = true, const char* what = "before") {
  std::vector<float> in(4 * 4 * 4, 0.5f), out(in.size(), -1.0f);
  const AnmImage source = image_of(&in, 4, 4), output = image_of(&out, 4, 4);
  AnmValue mode{};
  mode.name = "mode";
  mode.kind = ANM_TEXT;
  mode.text = what;
  char sentence[256] = "";
  AnmCall call{};
  call.size = sizeof call;
  call.time = 10;
  call.window[2] = call.window[3] = 4;
  call.inputs = &source;
  call.n_inputs = 1;
  call.output = &output;
  call.values = &mode;
  call.n_values = 1;
  call.host = host;
  call.aborted = [](void* self) -> int32_t { return static_cast<Host*>(self)->abort; };
  call.message = sentence;
  call.message_size = sizeof sentence;
  if (with_frames) call.fetch = &Host::fetch;
  if (with_frames) call.values_at = &Host::values_at;
  const AnmResult result = client.render(&call);
  return {result, sentence, out[17]};
}

int mapped_here() {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find("memfd:anatomatte") != std::string::npos;
  }
  return count;
}

void come_one_by_one() {
  Client client(facts());
  Host host;
  for (const int size : {4, 2, 90, 300, 3}) {  // the memory grows, and is used again
    host.asked.clear();
    host.size = size;
    const Answer answer = render(client, &host);
    CHECK_EQ(int{answer.result}, int{ANM_OK});
    CHECK_EQ(answer.value, 0.5f + 8 + 9);
    CHECK_EQ(host.asked.size(), size_t{2});
    CHECK_EQ(mapped_here(), 3);
  }
  for (int i = 0; i < 200 && mapped_here(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK_EQ(mapped_here(), 0);  // given back with the frame's own
  CHECK_EQ(render(client, &host).value, 0.5f + 8 + 9);
}

void a_slow_host_is_waited_for() {
  Client client(facts());
  Host host;
  host.slow_s = 1.5;  // longer than the worker may be silent
  CHECK_EQ(render(client, &host).value, 0.5f + 8 + 9);
}

void failures_are_the_hosts_words() {
  Client client(facts());
  Host host;
  host.answer = ANM_PLATE;
  Answer answer = render(client, &host);
  CHECK_EQ(int{answer.result}, int{ANM_PLATE});
  CHECK_EQ(answer.sentence, std::string("No frame 8."));
  CHECK_EQ(host.asked.size(), size_t{1});
  host.answer = ANM_CANCELLED;
  CHECK_EQ(int{render(client, &host).result}, int{ANM_CANCELLED});
  CHECK_EQ(int{render(client, &host, false).result}, int{ANM_SETUP});  // a host without others
  host.answer = ANM_OK;
  CHECK_EQ(render(client, &host).value, 0.5f + 8 + 9);
}

void clips_and_controls_of_another_time() {
  Client client(facts());
  Host host;
  CHECK_EQ(render(client, &host, true, "beside").value, 0.5f + 110 + 11 + 1000);  // InM is absent
  host.answer = ANM_ABSENT;
  CHECK_EQ(render(client, &host, true, "beside").value, 0.5f + 110 + 1000 + 1000);
  host.other_clips = ANM_PLATE;
  CHECK_EQ(int{render(client, &host, true, "beside").result}, int{ANM_PLATE});
  host.other_clips = ANM_ABSENT;
  host.controls = ANM_SETTINGS;
  const Answer answer = render(client, &host, true, "beside");
  CHECK_EQ(int{answer.result}, int{ANM_SETTINGS});
  CHECK_EQ(answer.sentence, std::string("No controls at 11."));
  host.controls = ANM_CANCELLED;
  CHECK_EQ(int{render(client, &host, true, "beside").result}, int{ANM_CANCELLED});
  CHECK_EQ(int{render(client, &host, false, "beside").result}, int{ANM_SETUP});
}

void reach_is_told() {
  Client client(facts());
  AnmValue value{};
  value.name = "mode";
  value.text = "";
  AnmReach question{};
  question.size = sizeof question;
  question.time = 10;
  question.values = &value;
  question.n_values = 1;
  CHECK_EQ(int{client.reach(&question)}, int{ANM_OK});
  CHECK_EQ(question.first, 8.0);
  CHECK_EQ(question.last, 9.0);
  CHECK_EQ(question.clips_first, 11.0);
  CHECK_EQ(question.clips_last, 12.0);
  question.range = {1, 9, 20};
  CHECK_EQ(int{client.reach(&question)}, int{ANM_OK});
  CHECK_EQ(question.first, 9.0);
  question.n_values = 0;
  CHECK_EQ(int{client.reach(&question)}, int{ANM_SETTINGS});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  g_worker = argv[1];
  g_engine = argv[2];
  come_one_by_one();
  a_slow_host_is_waited_for();
  failures_are_the_hosts_words();
  clips_and_controls_of_another_time();
  reach_is_told();
  return verdict("neighbours");
}
