// The image effect suite.
#include <new>

#include "effect.h"

namespace pyopenfx {
namespace {

OfxStatus get_property_set(OfxImageEffectHandle handle, OfxPropertySetHandle* properties) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  if (!properties) return kOfxStatErrValue;
  *properties = effect->properties().handle();
  return kOfxStatOK;
}

OfxStatus get_param_set(OfxImageEffectHandle handle, OfxParamSetHandle* params) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  if (!params) return kOfxStatErrValue;
  *params = effect->params().handle();
  return kOfxStatOK;
}

OfxStatus clip_define(OfxImageEffectHandle handle, const char* name,
                      OfxPropertySetHandle* properties) {
  Effect* effect = Effect::from(handle);
  if (!effect || effect->is_instance()) return kOfxStatErrBadHandle;
  if (!name || !*name) return kOfxStatErrValue;
  OfxStatus status;
  Clip* clip = effect->define_clip(name, &status);
  if (clip && properties) *properties = clip->properties().handle();
  return status;
}

OfxStatus clip_get_handle(OfxImageEffectHandle handle, const char* name, OfxImageClipHandle* out,
                          OfxPropertySetHandle* properties) {
  Effect* effect = Effect::from(handle);
  if (!effect) return kOfxStatErrBadHandle;
  Clip* clip = name ? effect->find_clip(name) : nullptr;
  if (!clip && effect->plugin().quirks().undefined_clip_is_null) {
    if (out) *out = nullptr;
    if (properties) *properties = nullptr;
    return kOfxStatOK;
  }
  if (!clip) return kOfxStatErrUnknown;
  if (out) *out = clip->handle();
  if (properties) *properties = clip->properties().handle();
  return kOfxStatOK;
}

OfxStatus clip_get_property_set(OfxImageClipHandle handle, OfxPropertySetHandle* properties) {
  Clip* clip = Clip::from(handle);
  if (!clip) return kOfxStatErrBadHandle;
  if (!properties) return kOfxStatErrValue;
  *properties = clip->properties().handle();
  return kOfxStatOK;
}

OfxStatus clip_get_image(OfxImageClipHandle handle, OfxTime time, const OfxRectD* region,
                         OfxPropertySetHandle* image) {
  if (image) *image = nullptr;
  Clip* clip = Clip::from(handle);
  if (!clip || !clip->effect()->is_instance()) return kOfxStatErrBadHandle;
  if (!image) return kOfxStatErrValue;
  const std::shared_ptr<Call> call = clip->effect()->running_call();
  if (!call) return kOfxStatFailed;  // images are there only while an action runs
  const Quirks& quirks = clip->effect()->plugin().quirks();
  if (quirks.current_frame_only && call->has_time) time = call->time;
  OfxStatus status;
  ImageHandle* lent = call->lend(clip, time, region, &status);
  if (lent) *image = lent->handle();
  if (lent && quirks.image_scale_is_one) lent->put(kOfxImageEffectPropRenderScale, {1.0, 1.0});
  return lent || !quirks.missing_image_is_null ? status : kOfxStatOK;
}

OfxStatus clip_release_image(OfxPropertySetHandle handle) {
  ImageHandle* image = ImageHandle::from_lent(handle);
  return image && image->call()->take_back(image) ? kOfxStatOK : kOfxStatErrBadHandle;
}

OfxStatus clip_get_rod(OfxImageClipHandle handle, OfxTime time, OfxRectD* bounds) {
  Clip* clip = Clip::from(handle);
  if (!clip || !clip->effect()->is_instance()) return kOfxStatErrBadHandle;
  if (!bounds) return kOfxStatErrValue;
  const std::shared_ptr<Call> call = clip->effect()->running_call();
  if (call && call->rod_of_output(clip->name(), bounds)) return kOfxStatOK;
  try {
    const std::optional<OfxRectD> extent = clip->extent(time);
    if (!extent) return kOfxStatFailed;
    *bounds = *extent;
    return kOfxStatOK;
  } catch (...) {
    if (call) call->fail(std::current_exception());
    return kOfxStatFailed;
  }
}

int aborted(OfxImageEffectHandle handle) {
  Effect* effect = Effect::from(handle);
  if (!effect || effect->plugin().quirks().never_aborts) return 0;
  if (effect->stop) return 1;
  const std::shared_ptr<Call> call = effect->running_call();
  if (!call) return 0;
  if (call->failure()) return 1;
  try {
    return call->aborted && call->aborted() ? 1 : 0;
  } catch (...) {
    call->fail(std::current_exception());
    return 1;
  }
}

OfxStatus memory_alloc(OfxImageEffectHandle handle, size_t bytes, OfxImageMemoryHandle* out) {
  Effect* effect = Effect::from(handle);
  if (handle && !effect) return kOfxStatErrBadHandle;  // memory may belong to no instance
  if (!out) return kOfxStatErrValue;
  *out = static_cast<OfxImageMemoryHandle>(Effect::allocate_memory(effect, bytes));
  return *out ? kOfxStatOK : kOfxStatErrMemory;
}

OfxStatus memory_free(OfxImageMemoryHandle handle) {
  return Effect::free_memory(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}

// Blocks never move, so a lock only says where they are.
OfxStatus memory_lock(OfxImageMemoryHandle handle, void** data) {
  if (!data) return kOfxStatErrValue;
  *data = Effect::memory_data(handle);
  return *data ? kOfxStatOK : kOfxStatErrBadHandle;
}

OfxStatus memory_unlock(OfxImageMemoryHandle handle) {
  return Effect::memory_data(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}

}  // namespace

const OfxImageEffectSuiteV1* image_effect_suite() {
  static const OfxImageEffectSuiteV1 suite = {
      get_property_set, get_param_set,      clip_define,  clip_get_handle, clip_get_property_set,
      clip_get_image,   clip_release_image, clip_get_rod, aborted,         memory_alloc,
      memory_free,      memory_lock,        memory_unlock};
  return &suite;
}

}  // namespace pyopenfx
