// A host inside a Python process that renders while it holds the GIL, or has one thread that does.
// Loaded with ctypes.PyDLL, which keeps the GIL around calls.
#include <dlfcn.h>

#include <cstdio>
#include <thread>

#include "fake_host.h"

namespace {

OfxPlugin* load(const char* path) {
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  using GetPlugin = OfxPlugin* (*)(int);
  return library ? reinterpret_cast<GetPlugin>(dlsym(library, "OfxGetPlugin"))(0) : nullptr;
}

}  // namespace

// The OFX status of one frame, or -1; a failure's sentence goes to stderr.
extern "C" __attribute__((visibility("default"))) int render_once(const char* path) {
  OfxPlugin* plugin = load(path);
  fake::Host& host = fake::Host::get();
  static fake::Effect descriptor;
  if (!plugin || host.describe(plugin, &descriptor) != kOfxStatOK) return -1;
  auto node = host.instance(descriptor);
  if (host.call(plugin, kOfxActionCreateInstance, node.get()) != kOfxStatOK) return -1;
  fake::PropertySet arguments = fake::render_arguments(0, 0, 8, 6);
  const OfxStatus status = host.call(plugin, kOfxImageEffectActionRender, node.get(), &arguments);
  for (const std::string& text : host.messages) std::fprintf(stderr, "%s\n", text.c_str());
  host.call(plugin, kOfxActionDestroyInstance, node.get());
  return host.images_out ? -1 : status;
}

// The same on another thread, while the caller keeps what it holds.
extern "C" __attribute__((visibility("default"))) int render_beside(const char* path) {
  int status = -1;
  std::thread([&] { status = render_once(path); }).join();
  return status;
}
