// A host process without Python: loads the .ofx from its bundle, describes it with no Python in
// the process, then renders, which starts Python.
//
//   test_process BUNDLE_BINARY describe|render|away|threads
#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "check.h"
#include "fake_host.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWidth = 64, kHeight = 48;

OfxPlugin* load(const char* path) {
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    std::fprintf(stderr, "%s\n", dlerror());
    return nullptr;
  }
  using GetPlugin = OfxPlugin* (*)(int);
  return reinterpret_cast<GetPlugin>(dlsym(library, "OfxGetPlugin"))(0);
}

bool python_is_here() { return dlsym(RTLD_DEFAULT, "Py_IsInitialized") != nullptr; }

fake::Picture& output_of(fake::Effect& node) {
  return *node.clip(kOfxImageEffectOutputClipName)->picture;
}

// A person-coloured box on green.
void fill_plate(fake::Effect& node) {
  for (const char* clip : {kOfxImageEffectSimpleSourceClipName, kOfxImageEffectOutputClipName}) {
    fake::Host::get().connect(node, clip, fake::picture(0, 0, kWidth, kHeight));
  }
  fake::Picture& plate = *node.clip(kOfxImageEffectSimpleSourceClipName)->picture;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const bool subject = x >= 24 && x < 40 && y < 36;
      const float colour[4] = {subject ? 0.6f : 0.1f, subject ? 0.4f : 0.6f, subject ? 0.3f : 0.15f,
                               1.0f};
      for (int c = 0; c < 4; ++c) plate.real(x, y, c) = colour[c];
    }
  }
}

OfxStatus render(OfxPlugin* plugin, fake::Effect& node) {
  fake::PropertySet arguments = fake::render_arguments(0, 0, kWidth, kHeight);
  return fake::Host::get().call(plugin, kOfxImageEffectActionRender, &node, &arguments);
}

void show_messages() {
  for (const std::string& text : fake::Host::get().messages) {
    std::fprintf(stderr, "message: %s\n", text.c_str());
  }
}

// The screen goes to 0, the subject stays 1.
void check_key(fake::Effect& node) {
  CHECK(output_of(node).real(0, 0, 3) < 0.05f);
  CHECK(output_of(node).real(32, 12, 3) > 0.95f);
  CHECK(output_of(node).guards_hold());
}

int render_once(OfxPlugin* plugin, fake::Effect& descriptor) {
  auto node = fake::Host::get().instance(descriptor);
  CHECK_EQ(fake::Host::get().call(plugin, kOfxActionCreateInstance, node.get()), kOfxStatOK);
  fill_plate(*node);
  CHECK_EQ(render(plugin, *node), kOfxStatOK);
  check_key(*node);
  fake::PropertySet refresh;
  refresh.set(kOfxPropName, {std::string("refresh")});
  refresh.set(kOfxPropChangeReason, {std::string(kOfxChangeUserEdited)});
  CHECK_EQ(fake::Host::get().call(plugin, kOfxActionInstanceChanged, node.get(), &refresh),
           kOfxStatOK);
  std::printf("status: %s\n", node->param("status")->text.c_str());
  CHECK_EQ(fake::Host::get().images_out.load(), 0);
  CHECK_EQ(fake::Host::get().call(plugin, kOfxActionPurgeCaches, node.get()), kOfxStatOK);
  CHECK_EQ(fake::Host::get().call(plugin, kOfxActionDestroyInstance, node.get()), kOfxStatOK);
  show_messages();
  return 0;
}

// Four threads of a host render different nodes at once, and the first of them starts Python.
int render_threads(OfxPlugin* plugin, fake::Effect& descriptor) {
  std::vector<std::unique_ptr<fake::Effect>> nodes;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    nodes.push_back(fake::Host::get().instance(descriptor));
    CHECK_EQ(fake::Host::get().call(plugin, kOfxActionCreateInstance, nodes.back().get()),
             kOfxStatOK);
    fill_plate(*nodes.back());
  }
  std::atomic<int> ok{0};
  for (auto& node : nodes) {
    threads.emplace_back([&, raw = node.get()] {
      for (int frame = 0; frame < 3; ++frame) ok += render(plugin, *raw) == kOfxStatOK ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(ok.load(), 12);
  for (auto& node : nodes) check_key(*node);
  CHECK_EQ(fake::Host::get().images_out.load(), 0);
  show_messages();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto began = Clock::now();
  OfxPlugin* plugin = load(argv[1]);
  if (!plugin) return 1;
  fake::Effect descriptor;
  CHECK_EQ(fake::Host::get().describe(plugin, &descriptor), kOfxStatOK);
  const std::chrono::duration<double, std::milli> took = Clock::now() - began;
  std::printf("described in %.2f ms\n", took.count());
  CHECK(!python_is_here());
  CHECK(descriptor.param("screen") != nullptr);
  if (!std::strcmp(argv[2], "render")) render_once(plugin, descriptor);
  if (!std::strcmp(argv[2], "away")) {  // the path may have been relative to this folder
    CHECK_EQ(chdir("/"), 0);
    render_once(plugin, descriptor);
  }
  if (!std::strcmp(argv[2], "threads")) render_threads(plugin, descriptor);
  return verdict(argv[2]);
}
