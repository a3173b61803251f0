#include "bundle.h"

#include <dlfcn.h>

#include <map>

#include "contract.h"
#include "ofxImageEffect.h"
#include "spec_tables.h"
#include "suites.h"

namespace pyopenfx {
namespace {

using Plugins = std::vector<std::shared_ptr<Plugin>>;

std::mutex& registry_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

std::map<std::string, Plugins>& registry() {
  static auto* binaries = new std::map<std::string, Plugins>;
  return *binaries;
}

template <class Function>
Function symbol(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

Plugins list_plugins(void* library, const std::string& path, const std::string& bundle) {
  auto count = symbol<int (*)()>(library, "OfxGetNumberOfPlugins");
  auto get = symbol<OfxPlugin* (*)(int)>(library, "OfxGetPlugin");
  if (!count || !get) {
    throw BinaryError("does not export OfxGetNumberOfPlugins and OfxGetPlugin");
  }
  // API 1.5: a binary may want the host before it lists; it may also decline.
  auto set_host = symbol<OfxStatus (*)(const OfxHost*)>(library, "OfxSetHost");
  static auto* lister = new HostRecord;
  if (set_host) {
    const OfxStatus status = set_host(lister->ofx());
    if (status != kOfxStatOK && status != kOfxStatReplyDefault) {
      throw BinaryError("declines this host: OfxSetHost answered " + std::to_string(status));
    }
  }
  Plugins plugins;
  const int n = count();
  for (int i = 0; i < n; ++i) {
    OfxPlugin* ofx = get(i);
    if (!ofx || !ofx->pluginApi || !ofx->pluginIdentifier || !ofx->setHost || !ofx->mainEntry) {
      throw BinaryError("plug-in " + std::to_string(i) + " of " + std::to_string(n) +
                        " has no identifier, setHost or mainEntry");
    }
    if (std::string(ofx->pluginApi) != kOfxImageEffectPluginApi) continue;
    if (ofx->apiVersion != kOfxImageEffectPluginApiVersion) continue;
    plugins.push_back(std::make_shared<Plugin>(ofx, path, bundle));
  }
  return plugins;
}

}  // namespace

HostRecord::HostRecord() {
  properties_.record = this;
  properties_.define(host_properties());
  ofx_.host = properties_.handle();
  ofx_.fetchSuite = fetch_suite;
}

HostRecord* HostRecord::from(OfxPropertySetHandle handle) {
  auto* found = dynamic_cast<Properties*>(PropertySet::from(handle));
  return found ? found->record : nullptr;
}

Plugin::Plugin(OfxPlugin* ofx, std::string binary, std::string bundle)
    : ofx_(ofx), binary_(std::move(binary)), bundle_(std::move(bundle)) {}

OfxStatus Plugin::enter(const std::string& action, const void* handle, PropertySet* in,
                        PropertySet* out) {
  try {
    return ofx_->mainEntry(action.c_str(), handle, in ? in->handle() : nullptr,
                           out ? out->handle() : nullptr);
  } catch (...) {  // C++ must not cross the C API; a plug-in that lets it gets the worst status
    breach(kExceptionCrossed, "let a C++ exception out");
    return kOfxStatErrFatal;
  }
}

OfxStatus Plugin::acquire(HostRecord* host) {
  std::lock_guard<std::mutex> lock(load_mutex_);
  const auto name = [](HostRecord* record) { return record->properties().text(kOfxPropName); };
  if (users_ > 0 && name(host_) != name(host)) return kOfxStatErrExists;
  if (users_ == 0) {
    host_ = host;
    ofx_->setHost(host->ofx());
    const OfxStatus status = enter(kOfxActionLoad, nullptr, nullptr, nullptr);
    if (status != kOfxStatOK && status != kOfxStatReplyDefault) return status;
  }
  ++users_;
  return kOfxStatOK;
}

const Quirks& Plugin::quirks() const {
  static const Quirks none;
  return host_ ? host_->quirks : none;
}

void Plugin::release() {
  std::lock_guard<std::mutex> lock(load_mutex_);
  if (users_ == 0 || --users_ > 0) return;
  enter(kOfxActionUnload, nullptr, nullptr, nullptr);
  if (const size_t left = forget_blocks(this)) {
    stray_breach(kMemoryNotFreed, std::string(ofx_->pluginIdentifier) + " left " +
                                      std::to_string(left) + " blocks of memory at its Unload");
  }
}

Plugins open_binary(const std::string& path, const std::string& bundle) {
  std::lock_guard<std::mutex> lock(registry_mutex());
  auto known = registry().find(path);
  if (known != registry().end()) return known->second;
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    throw BinaryError(why ? why : "cannot be opened");
  }
  try {
    return registry()[path] = list_plugins(library, path, bundle);
  } catch (...) {
    registry().erase(path);
    dlclose(library);
    throw;
  }
}

}  // namespace pyopenfx
