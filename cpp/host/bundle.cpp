#include "bundle.h"

#include <dlfcn.h>

#include <algorithm>
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

void* opened(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library) return library;
  const char* why = dlerror();
  throw BinaryError(why ? why : "cannot be opened");
}

// Whether a binary is still there after everybody let go of it.
bool is_mapped(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (library) dlclose(library);
  return library != nullptr;
}

// The image effects of this API version that a binary lists.
std::vector<OfxPlugin*> listed(void* library) {
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
  std::vector<OfxPlugin*> found;
  const int n = count();
  for (int i = 0; i < n; ++i) {
    OfxPlugin* ofx = get(i);
    if (!ofx || !ofx->pluginApi || !ofx->pluginIdentifier || !ofx->setHost || !ofx->mainEntry) {
      throw BinaryError("plug-in " + std::to_string(i) + " of " + std::to_string(n) +
                        " has no identifier, setHost or mainEntry");
    }
    if (std::string(ofx->pluginApi) != kOfxImageEffectPluginApi) continue;
    if (ofx->apiVersion == kOfxImageEffectPluginApiVersion) found.push_back(ofx);
  }
  return found;
}

bool is(const OfxPlugin* ofx, const Plugin& plugin) {
  return plugin.identifier() == ofx->pluginIdentifier &&
         plugin.major() == static_cast<int>(ofx->pluginVersionMajor) &&
         plugin.minor() == static_cast<int>(ofx->pluginVersionMinor);
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

Plugin::Plugin(OfxPlugin* ofx, Binary* image, std::string bundle)
    : ofx_(ofx),
      identifier_(ofx->pluginIdentifier),
      major_(static_cast<int>(ofx->pluginVersionMajor)),
      minor_(static_cast<int>(ofx->pluginVersionMinor)),
      image_(image),
      bundle_(std::move(bundle)) {}

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
  std::lock_guard<std::mutex> lock(image_->mutex);
  const auto name = [](HostRecord* record) { return record->properties().text(kOfxPropName); };
  if (loaded_ && name(host_) != name(host)) return kOfxStatErrExists;
  if (image_->spent) reopen(image_);
  if (!loaded_) {
    host_ = host;
    ofx_->setHost(host->ofx());
    const OfxStatus status = enter(kOfxActionLoad, nullptr, nullptr, nullptr);
    if (status != kOfxStatOK && status != kOfxStatReplyDefault) return status;
    loaded_ = true;
  }
  ++image_->users;
  return kOfxStatOK;
}

const Quirks& Plugin::quirks() const {
  static const Quirks none;
  return host_ ? host_->quirks : none;
}

void Plugin::release() {
  std::lock_guard<std::mutex> lock(image_->mutex);
  if (image_->users == 0 || --image_->users > 0 || image_->resident) return;
  for (Plugin* plugin : image_->plugins) plugin->unload();
  image_->spent = true;
}

void Plugin::unload() {
  if (!loaded_) return;
  loaded_ = false;
  enter(kOfxActionUnload, nullptr, nullptr, nullptr);
  if (const size_t left = forget_blocks(this)) {
    stray_breach(kMemoryNotFreed,
                 identifier_ + " left " + std::to_string(left) + " blocks of memory at its Unload");
  }
}

// The same plug-ins in a fresh image of their binary.
void reopen(Binary* image) {
  dlclose(image->library);
  image->library = opened(image->path);
  const std::vector<OfxPlugin*> now = listed(image->library);
  for (Plugin* plugin : image->plugins) {
    const auto found =
        std::find_if(now.begin(), now.end(), [&](OfxPlugin* ofx) { return is(ofx, *plugin); });
    if (found == now.end()) throw BinaryError("no longer lists " + plugin->identifier());
    plugin->ofx_ = *found;
  }
  image->spent = false;
}

Plugins open_binary(const std::string& path, const std::string& bundle) {
  std::lock_guard<std::mutex> lock(registry_mutex());
  auto known = registry().find(path);
  if (known != registry().end()) return known->second;
  auto image = std::make_unique<Binary>();
  image->path = path;
  // once for nothing: what stays in memory then will not leave it after Unload either
  dlclose(opened(path));
  image->resident = is_mapped(path);
  image->library = opened(path);
  try {
    Plugins plugins;
    for (OfxPlugin* ofx : listed(image->library)) {
      plugins.push_back(std::make_shared<Plugin>(ofx, image.get(), bundle));
      image->plugins.push_back(plugins.back().get());
    }
    static_cast<void>(image.release());  // as long as the process
    return registry()[path] = plugins;
  } catch (...) {
    dlclose(image->library);
    throw;
  }
}

}  // namespace pyopenfx
