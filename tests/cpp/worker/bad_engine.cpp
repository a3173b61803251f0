// An engine that copies Source to Output, or misbehaves as its control "mode" says.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "engine_api.h"

namespace {

const char* mode_of(const AnmCall& call) {
  for (int i = 0; i < call.n_values; ++i) {
    if (!strcmp(call.values[i].name, "mode")) return call.values[i].text;
  }
  return "";
}

size_t pixel_bytes(const AnmImage& image) {
  const size_t each = image.depth == ANM_BYTE ? 1 : image.depth == ANM_FLOAT ? 4 : 2;
  return each * static_cast<size_t>(image.components);
}

// Every byte that a picture says it has is there.
unsigned touched(const AnmImage& image) {
  unsigned sum = 0;
  const size_t row =
      static_cast<size_t>(int64_t{image.bounds[2]} - image.bounds[0]) * pixel_bytes(image);
  for (int64_t y = 0; y < int64_t{image.bounds[3]} - image.bounds[1]; ++y) {
    const auto* from = static_cast<const unsigned char*>(image.data) + y * image.row_bytes;
    for (size_t at = 0; at < row; ++at) sum += from[at];
  }
  return sum;
}

bool copies(const AnmCall& call) {
  if (call.n_inputs < 1) return false;
  const AnmImage& source = call.inputs[0];
  const AnmImage& output = *call.output;
  const bool same = pixel_bytes(source) == 16 && pixel_bytes(output) == 16;
  return same && source.bounds[0] <= output.bounds[0] && source.bounds[1] <= output.bounds[1] &&
         source.bounds[2] >= output.bounds[2] && source.bounds[3] >= output.bounds[3];
}

void copy(const AnmCall& call) {
  const AnmImage& source = call.inputs[0];
  const AnmImage& output = *call.output;
  size_t row = static_cast<size_t>(output.bounds[2] - output.bounds[0]) * 4 * sizeof(float);
  int32_t left = output.bounds[0] - source.bounds[0], low = output.bounds[1] - source.bounds[1];
  for (int32_t y = 0; y < output.bounds[3] - output.bounds[1]; ++y) {
    const char* from = static_cast<char*>(source.data) + (low + y) * source.row_bytes + left * 16;
    memcpy(static_cast<char*>(output.data) + y * output.row_bytes, from, row);
  }
}

// Adds to every number of the output.
AnmResult add(const AnmCall& call, float sum) {
  const AnmImage& output = *call.output;
  for (int32_t y = 0; y < output.bounds[3] - output.bounds[1]; ++y) {
    auto* row = reinterpret_cast<float*>(static_cast<char*>(output.data) + y * output.row_bytes);
    for (int32_t x = 0; x < (output.bounds[2] - output.bounds[0]) * 4; ++x) row[x] += sum;
  }
  return ANM_OK;
}

// Adds the first number of a clip at a time to *sum*.
AnmResult fetched(AnmCall* call, const char* clip, double time, float* sum) {
  AnmFetch wanted{};
  wanted.size = sizeof wanted;
  wanted.clip = clip;
  wanted.time = time;
  wanted.taker = sum;
  wanted.take = [](void* taker, const AnmImage* image) {
    *static_cast<float*>(taker) += *static_cast<const float*>(image->data);
  };
  wanted.message = call->message;
  wanted.message_size = call->message_size;
  return call->fetch ? call->fetch(call->host, &wanted) : ANM_SETUP;
}

AnmResult add_frames_before(AnmCall* call) {
  float sum = 0;
  for (int back = 2; back > 0; --back) {
    const AnmResult result = fetched(call, "Source", call->time - back, &sum);
    if (result != ANM_OK) return result;
  }
  return add(*call, sum);
}

// Adds the numbers of all controls at the next time, 1000 for each clip that is absent there, and
// the first number of each that is not.
AnmResult add_what_is_beside(AnmCall* call) {
  float sum = 0;
  AnmAsk wanted{};
  wanted.size = sizeof wanted;
  wanted.time = call->time + 1;
  wanted.taker = &sum;
  wanted.take = [](void* taker, const AnmValue* values, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
      *static_cast<float*>(taker) += static_cast<float>(values[i].number[0]);
    }
  };
  wanted.message = call->message;
  wanted.message_size = call->message_size;
  const AnmResult asked = call->values_at ? call->values_at(call->host, &wanted) : ANM_SETUP;
  if (asked != ANM_OK) return asked;
  for (const char* clip : {"Source", "InM"}) {
    const AnmResult result = fetched(call, clip, call->time + 1, &sum);
    if (result == ANM_ABSENT) sum += 1000;
    if (result != ANM_OK && result != ANM_ABSENT) return result;
  }
  return add(*call, sum);
}

// What is kept of frames, and what it was.
struct Kept {
  AnmImage image;
  void* held;
  unsigned sum;
};
std::vector<Kept> g_kept;

AnmResult said(AnmCall* call, AnmResult result, const char* words) {
  snprintf(call->message, call->message_size, "%s", words);
  return result;
}

// Keeps Source where it lies; of those before only the last, unless it is a hoard.
AnmResult keep(AnmCall* call, bool hoard) {
  for (const Kept& kept : g_kept) {
    if (touched(kept.image) != kept.sum) return said(call, ANM_FAILED, "What is kept was changed.");
  }
  while (!hoard && !g_kept.empty()) {
    g_kept.back().image.let_go(g_kept.back().held);
    g_kept.pop_back();
  }
  const AnmImage& source = call->inputs[0];
  void* held = source.keep ? source.keep(source.owner) : nullptr;
  if (!held) return hoard ? ANM_OK : said(call, ANM_SETUP, "Nothing may be kept.");
  g_kept.push_back({source, held, touched(source)});
  return ANM_OK;
}

// The picture is where Source is, or a little beside it where nobody may read.
bool told_of(const AnmCall& call, bool astray) {
  const AnmImage &source = call.inputs[0], &output = *call.output;
  const char* top = static_cast<char*>(source.data) +
                    (int64_t{output.bounds[3]} - 1 - source.bounds[1]) * source.row_bytes +
                    (int64_t{output.bounds[0]} - source.bounds[0]) * 16;
  AnmChannels channels{};
  channels.count = 4;
  for (int c = 0; c < 4; ++c) channels.at[c] = {top + c * 4, 16, -source.row_bytes};
  if (astray) channels.at[2].row_step = 1 << 30;
  return call.lies && call.lies(call.host, &channels);
}

AnmResult render(AnmCall* call) {
  const char* mode = mode_of(*call);
  if (!strcmp(mode, "crash")) ::abort();
  if (!strcmp(mode, "stop")) ::raise(SIGSTOP);
  if (!strcmp(mode, "fail")) {
    snprintf(call->message, call->message_size, "Source is too thin.");
    return ANM_PLATE;
  }
  // "slow" answers a cancel at once; 20 s is longer than any test waits
  for (int i = 0; !strcmp(mode, "slow") && i < 400; ++i) {
    ::usleep(50 * 1000);
    call->progress(call->host, i / 400.0);
    if (call->aborted(call->host)) return ANM_CANCELLED;
  }
  if (!strcmp(mode, "environment")) {
    const char* ocio = ::getenv("OCIO");
    snprintf(call->message, call->message_size, "PYTHONPATH %s, OCIO %s, keep %s",
             ::getenv("PYTHONPATH") ? "there" : "gone", ocio ? ocio : "unset",
             ::getenv("CUDA_VISIBLE_DEVICES"));
    return ANM_SETTINGS;
  }
  if (!copies(*call)) {
    unsigned sum = touched(*call->output);
    for (int32_t i = 0; i < call->n_inputs; ++i) sum += touched(call->inputs[i]);
    snprintf(call->message, call->message_size, "Source is not Output's (%u).", sum);
    return ANM_PLATE;
  }
  if (!strcmp(mode, "there")) return told_of(*call, false) ? ANM_OK : ANM_FAILED;
  if (!strcmp(mode, "astray") && told_of(*call, true)) return ANM_FAILED;
  copy(*call);
  if (!strcmp(mode, "keep") || !strcmp(mode, "hoard")) return keep(call, *mode == 'h');
  // told of more than there is, and of less than before
  for (const int32_t rows : {1, 7, 3, 1 << 30, -5}) {
    if (!strcmp(mode, "strips")) call->wrote(call->host, rows);
  }
  if (!strcmp(mode, "beside")) return add_what_is_beside(call);
  return strcmp(mode, "before") ? ANM_OK : add_frames_before(call);
}

AnmResult reach(AnmReach* question) {
  question->first = question->time - 2;
  if (question->range.known && question->first < question->range.first) {
    question->first = question->range.first;
  }
  question->last = question->time - 1;
  question->clips_first = question->time + 1;
  question->clips_last = question->time + 2;
  return question->n_values == 1 ? ANM_OK : ANM_SETTINGS;
}

AnmResult status(char* text, size_t size) {
  snprintf(text, size, "process %d", ::getpid());
  return ANM_OK;
}

void purge() {}

const AnmEngine kEngine = {
    sizeof(AnmEngine), ANATOMATTE_ENGINE_API, &render, &status, &purge, &reach};

}  // namespace

extern "C" __attribute__((visibility("default"))) const AnmEngine* anatomatte_engine(
    const AnmStart*) {
  return &kEngine;
}
