// The plug-in's three exported functions and its one door for actions.
#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include "describe.h"
#include "frames.h"
#include "instance.h"
#include "planes.h"
#include "regions.h"
#include "render.h"
#include "runtime.h"
#include "status.h"

namespace anatomatte {
namespace {

// Bumped when a control is renamed or removed, which breaks saved scripts.
constexpr unsigned int kMajor = 1;
// The release: of several on a host's path the newest is loaded.
constexpr unsigned int kMinor = ANATOMATTE_MINOR;

OfxImageEffectHandle effect_of(const void* handle) {
  return static_cast<OfxImageEffectHandle>(const_cast<void*>(handle));
}

Properties properties_of(const void* handle) {
  OfxPropertySetHandle properties = nullptr;
  if (!handle || suites().effect->getPropertySet(effect_of(handle), &properties) != kOfxStatOK) {
    throw Failure("The host gave no properties for the node.", kOfxStatErrBadHandle);
  }
  return Properties(properties);
}

Instance* instance_of(const void* handle) {
  return static_cast<Instance*>(properties_of(handle).pointer(kOfxPropInstanceData));
}

Instance& living(const void* handle) {
  Instance* node = instance_of(handle);
  if (!node) throw Failure("The host names a node that does not exist.", kOfxStatErrBadHandle);
  return *node;
}

OfxStatus create(const void* handle) {
  auto node = std::make_unique<Instance>(effect_of(handle));
  node->show_what_counts();
  runtime_forget_failure();
  if (!properties_of(handle).set_pointer(kOfxPropInstanceData, node.get())) {
    throw Failure("The host does not keep the node's data.");
  }
  node.release();
  return kOfxStatOK;
}

// Natron sends this again unless it is answered with OK.
OfxStatus destroy(const void* handle) {
  delete instance_of(handle);
  properties_of(handle).set_pointer(kOfxPropInstanceData, nullptr);
  return kOfxStatOK;
}

OfxStatus changed(Instance& node, const Properties& in) {
  if (in.text_or(kOfxPropType, "") == kOfxTypeClip) node.clip_changed();
  const std::string reason = in.text_or(kOfxPropChangeReason, kOfxChangeUserEdited);
  if (reason == kOfxChangePluginEdited) return kOfxStatReplyDefault;
  if (reason == kOfxChangeTime) {
    node.show_status();
    return kOfxStatReplyDefault;
  }
  const std::string name = in.text_or(kOfxPropName, "");
  if (name == kControls[kRefresh].name) {
    runtime_forget_failure();
    node.refresh_status();
    return kOfxStatOK;
  }
  if (name == kControls[kKeepScreen].name) {
    node.keep_decision();
    return kOfxStatOK;
  }
  if (name == kControls[kReloadShot].name) {
    node.reload_shot();
    return kOfxStatOK;
  }
  node.place_point(name, in.number_or(kOfxPropTime, 0.0));
  if (decides(name)) node.show_what_counts();
  node.show_status();
  return kOfxStatOK;
}

OfxStatus render_and_tell(Instance& node, const Properties& in) {
  const OfxTime time = in.number_or(kOfxPropTime, 0.0);
  try {
    const OfxStatus status = render(node, in);
    node.all_is_well();
    return status;
  } catch (const Failure& failure) {
    node.complain(time, failure.what(), failure.id());
    return failure.status();
  } catch (const std::bad_alloc&) {
    node.complain(time, "The frame does not fit into memory.", kMemory);
    return kOfxStatErrMemory;
  } catch (const std::exception& error) {
    node.complain(time, std::string("A bug in Anatomatte's node: ") + error.what(), kBug);
    return kOfxStatFailed;
  }
}

OfxStatus instance_action(const std::string& action, const void* handle, const Properties& in,
                          const Properties& out) {
  if (action == kOfxActionCreateInstance) return create(handle);
  if (action == kOfxActionDestroyInstance) return destroy(handle);
  if (action == kOfxImageEffectActionRender) return render_and_tell(living(handle), in);
  if (action == kOfxImageEffectActionGetRegionOfDefinition) {
    return region_of_definition(living(handle), in, out);
  }
  if (action == kOfxImageEffectActionGetRegionsOfInterest) {
    return regions_of_interest(living(handle), in, out);
  }
  if (action == kOfxImageEffectActionGetClipPreferences) {
    return clip_preferences(living(handle), out);
  }
  if (action == kFnOfxImageEffectActionGetClipComponents)
    return clip_components(living(handle), in, out);
  if (action == kOfxActionInstanceChanged) return changed(living(handle), in);
  if (action == kOfxActionEndInstanceChanged || action == kOfxActionSyncPrivateData) {
    living(handle).show_status();
    return kOfxStatOK;
  }
  if (action == kOfxImageEffectActionGetFramesNeeded) return frames_needed(living(handle), in, out);
  if (action == kOfxImageEffectActionBeginSequenceRender) {
    living(handle).begin_sequence(in.integer_or(kOfxPropIsInteractive, 1) != 0);
    return kOfxStatOK;
  }
  if (action == kOfxImageEffectActionEndSequenceRender) {
    living(handle).end_sequence();
    return kOfxStatOK;
  }
  return kOfxStatReplyDefault;
}

OfxStatus dispatch(const std::string& action, const void* handle, const Properties& in,
                   const Properties& out) {
  if (action == kOfxActionUnload) {
    runtime_end();
    return kOfxStatOK;
  }
  fetch_suites();
  if (action == kOfxActionLoad) return kOfxStatOK;
  if (action == kOfxActionDescribe) return describe(effect_of(handle));
  if (action == kOfxImageEffectActionDescribeInContext) {
    return describe_in_context(effect_of(handle));
  }
  if (action == kOfxActionPurgeCaches) {
    runtime_purge();
    return kOfxStatOK;
  }
  return instance_action(action, handle, in, out);
}

// Nothing thrown leaves the plug-in.
OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle out) {
  try {
    if (!action) return kOfxStatErrBadHandle;
    return dispatch(action, handle, Properties(in), Properties(out));
  } catch (const Failure& failure) {
    return failure.status();
  } catch (const std::bad_alloc&) {
    return kOfxStatErrMemory;
  } catch (...) {
    return kOfxStatFailed;
  }
}

void take_host(OfxHost* host) { set_host(host); }

OfxPlugin g_plugin = {kOfxImageEffectPluginApi,
                      kOfxImageEffectPluginApiVersion,
                      kIdentifier,
                      kMajor,
                      kMinor,
                      &take_host,
                      &main_entry};

}  // namespace
}  // namespace anatomatte

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }

OfxExport OfxPlugin* OfxGetPlugin(int nth) { return nth == 0 ? &anatomatte::g_plugin : nullptr; }

OfxExport OfxStatus OfxSetHost(const OfxHost* host) {
  anatomatte::set_host(host);
  return kOfxStatOK;
}
