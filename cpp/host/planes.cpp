// The plane suites, versions 1 and 2: images of a clip by the name of a plane.  One view.
#include "effect.h"
#include "nuke/fnOfxExtensions.h"
#include "suites.h"

namespace pyopenfx {
namespace {

constexpr int kAnyView = -1;

OfxStatus get_plane(OfxImageClipHandle handle, OfxTime time, const char* plane,
                    const OfxRectD* region, OfxPropertySetHandle* image) {
  if (image) *image = nullptr;
  Clip* clip = Clip::from(handle);
  if (!clip || !clip->effect()->is_instance()) return kOfxStatErrBadHandle;
  if (!image) return kOfxStatErrValue;
  const std::string wanted = plane ? plane : kFnOfxImagePlaneColour;
  const bool output = clip->name() == kOfxImageEffectOutputClipName;
  if (wanted == kFnOfxImagePlaneColour) {
    return image_effect_suite()->clipGetImage(handle, time, region, image);
  }
  const std::shared_ptr<Call> call = clip->effect()->running_call();
  if (!call || !output) return kOfxStatFailed;  // inputs are arrays of one plane
  ImageHandle* lent = call->lend_plane(clip, wanted);
  if (!lent) return kOfxStatFailed;
  *image = lent->handle();
  return kOfxStatOK;
}

OfxStatus get_plane_of_view(OfxImageClipHandle clip, OfxTime time, int view, const char* plane,
                            const OfxRectD* region, OfxPropertySetHandle* image) {
  if (view != 0 && view != kAnyView) return kOfxStatErrBadIndex;
  return get_plane(clip, time, plane, region, image);
}

OfxStatus rod_of_view(OfxImageClipHandle clip, OfxTime time, int view, OfxRectD* bounds) {
  if (view != 0 && view != kAnyView) return kOfxStatErrBadIndex;
  return image_effect_suite()->clipGetRegionOfDefinition(clip, time, bounds);
}

OfxStatus view_name(OfxImageEffectHandle effect, int view, const char** name) {
  if (!Effect::from(effect)) return kOfxStatErrBadHandle;
  if (!name) return kOfxStatErrValue;
  if (view != 0) return kOfxStatErrBadIndex;
  *name = "Main";
  return kOfxStatOK;
}

OfxStatus view_count(OfxImageEffectHandle effect, int* count) {
  if (!Effect::from(effect)) return kOfxStatErrBadHandle;
  if (!count) return kOfxStatErrValue;
  *count = 1;
  return kOfxStatOK;
}

}  // namespace

const void* plane_suite_v1() {
  static const FnOfxImageEffectPlaneSuiteV1 suite = {get_plane};
  return &suite;
}

const void* plane_suite_v2() {
  static const FnOfxImageEffectPlaneSuiteV2 suite = {get_plane_of_view, rod_of_view, view_name,
                                                     view_count};
  return &suite;
}

}  // namespace pyopenfx
