#include "fake_runtime.h"

#include <cstring>
#include <stdexcept>

#include "check.h"
#include "runtime.h"

namespace fake {

namespace {

AnmResult render(AnmCall* call) {
  ++Runtime::get().calls;
  if (Runtime::get().render) return Runtime::get().render(call);
  mark_window(*call);
  return ANM_OK;
}

AnmResult status(char* text, size_t size) {
  std::snprintf(text, size, "all is well");
  return ANM_OK;
}

void purge() { ++Runtime::get().purged; }

AnmResult reach(AnmReach* question) {
  question->last = question->first - 1;
  return Runtime::get().reach ? Runtime::get().reach(question) : ANM_OK;
}

const AnmEngine kEngine = {sizeof(AnmEngine), ANATOMATTE_ENGINE_API, render, status, purge, reach};

}  // namespace

Runtime& Runtime::get() {
  static Runtime runtime;
  return runtime;
}

int pixel_bytes(const AnmImage& image) {
  return image.components * (image.depth == ANM_BYTE ? 1 : image.depth == ANM_FLOAT ? 4 : 2);
}

unsigned char* pixel(const AnmImage& image, int x, int y) {
  return static_cast<unsigned char*>(image.data) + (y - image.bounds[1]) * image.row_bytes +
         (x - image.bounds[0]) * pixel_bytes(image);
}

void mark_window(const AnmCall& call) {
  for (int y = call.window[1]; y < call.window[3]; ++y) {
    for (int x = call.window[0]; x < call.window[2]; ++x) {
      std::memset(pixel(*call.output, x, y), kMark, static_cast<size_t>(pixel_bytes(*call.output)));
    }
  }
}

AnmResult refuse(AnmCall* call, AnmResult code, const char* sentence) {
  std::snprintf(call->message, call->message_size, "%s", sentence);
  return code;
}

Bench::Bench() {
  Host& host = Host::get();
  host.absent.clear();
  host.fail_after = -1;
  host.abort = [] { return 0; };
  host.on_progress = [](double) { return kOfxStatOK; };
  host.messages.clear();
  host.cleared = 0;
  Runtime::get() = Runtime();
  CHECK_EQ(host.describe(OfxGetPlugin(0), &descriptor), kOfxStatOK);
  node = host.instance(descriptor);
  CHECK_EQ(act(kOfxActionCreateInstance), kOfxStatOK);
}

Bench::~Bench() {
  Host::get().absent.clear();
  Host::get().fail_after = -1;
  CHECK_EQ(act(kOfxActionDestroyInstance), kOfxStatOK);
  CHECK_EQ(Host::get().images_out.load(), 0);
}

OfxStatus Bench::act(const char* action, PropertySet* in, PropertySet* out) {
  return Host::get().call(OfxGetPlugin(0), action, node.get(), in, out);
}

OfxStatus Bench::render(int x1, int y1, int x2, int y2) {
  PropertySet arguments = render_arguments(x1, y1, x2, y2);
  return act(kOfxImageEffectActionRender, &arguments);
}

Picture& Bench::output() { return *node->clip(kOfxImageEffectOutputClipName)->picture; }

}  // namespace fake

namespace anatomatte {

const AnmEngine* runtime_engine(std::string* sentence) {
  fake::Runtime& runtime = fake::Runtime::get();
  if (runtime.throws) throw std::runtime_error("thrown on purpose");
  if (runtime.refusal.empty()) return &fake::kEngine;
  *sentence = runtime.refusal;
  return nullptr;
}

std::string runtime_status() {
  const std::string& refusal = fake::Runtime::get().refusal;
  return refusal.empty() ? "all is well" : refusal;
}

void runtime_forget_failure() {}

void runtime_purge() { ++fake::Runtime::get().purged; }

void runtime_end() {}

}  // namespace anatomatte
