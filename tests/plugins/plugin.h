// What every test plug-in needs: the suites, checked property reads, and pixels as rows.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "ofxImageEffect.h"
#include "ofxMemory.h"
#include "ofxMessage.h"
#include "ofxMultiThread.h"
#include "ofxProgress.h"
#include "ofxProperty.h"
#include "ofxTimeLine.h"

namespace test {

inline OfxHost* host = nullptr;
inline const OfxPropertySuiteV1* props = nullptr;
inline const OfxParameterSuiteV1* params = nullptr;
inline const OfxImageEffectSuiteV1* effects = nullptr;

template <class Suite>
const Suite* fetch(const char* name, int version) {
  return static_cast<const Suite*>(host->fetchSuite(host->host, name, version));
}

inline OfxStatus load() {
  props = fetch<OfxPropertySuiteV1>(kOfxPropertySuite, 1);
  params = fetch<OfxParameterSuiteV1>(kOfxParameterSuite, 1);
  effects = fetch<OfxImageEffectSuiteV1>(kOfxImageEffectSuite, 1);
  return props && params && effects ? kOfxStatOK : kOfxStatErrMissingHostFeature;
}

inline std::string text(OfxPropertySetHandle set, const char* name, int index = 0) {
  char* value = nullptr;
  return props->propGetString(set, name, index, &value) == kOfxStatOK && value ? value : "";
}
inline int integer(OfxPropertySetHandle set, const char* name, int index = 0) {
  int value = 0;
  props->propGetInt(set, name, index, &value);
  return value;
}
inline double number(OfxPropertySetHandle set, const char* name, int index = 0) {
  double value = 0;
  props->propGetDouble(set, name, index, &value);
  return value;
}
inline OfxPropertySetHandle properties(const void* effect) {
  OfxPropertySetHandle set = nullptr;
  effects->getPropertySet(static_cast<OfxImageEffectHandle>(const_cast<void*>(effect)), &set);
  return set;
}
inline OfxImageEffectHandle effect_of(const void* handle) {
  return static_cast<OfxImageEffectHandle>(const_cast<void*>(handle));
}

// Label, grouping, contexts, depths: what Describe says of most of them.
inline void describe(const void* handle, const char* label, const char* const* contexts,
                     int n_contexts, bool floats_only = false) {
  static const char* const kDepths[] = {kOfxBitDepthFloat, kOfxBitDepthHalf, kOfxBitDepthShort,
                                        kOfxBitDepthByte};
  OfxPropertySetHandle set = properties(handle);
  props->propSetString(set, kOfxPropLabel, 0, label);
  props->propSetString(set, kOfxImageEffectPluginPropGrouping, 0, "Tests");
  props->propSetStringN(set, kOfxImageEffectPropSupportedContexts, n_contexts, contexts);
  props->propSetStringN(set, kOfxImageEffectPropSupportedPixelDepths, floats_only ? 1 : 4, kDepths);
}

inline OfxPropertySetHandle define_clip(const void* handle, const char* name,
                                        bool optional = false) {
  static const char* const kComponents[] = {kOfxImageComponentRGBA, kOfxImageComponentRGB,
                                            kOfxImageComponentAlpha};
  OfxPropertySetHandle set = nullptr;
  effects->clipDefine(effect_of(handle), name, &set);
  props->propSetStringN(set, kOfxImageEffectPropSupportedComponents, 3, kComponents);
  props->propSetInt(set, kOfxImageClipPropOptional, 0, optional ? 1 : 0);
  return set;
}

inline OfxParamHandle param(const void* effect, const char* name) {
  OfxParamSetHandle set = nullptr;
  OfxParamHandle handle = nullptr;
  effects->getParamSet(effect_of(effect), &set);
  params->paramGetHandle(set, name, &handle, nullptr);
  return handle;
}

// An image that gives itself back.
class Image {
 public:
  Image(const void* effect, const char* clip_name, double time) {
    OfxImageClipHandle clip = nullptr;
    if (effects->clipGetHandle(effect_of(effect), clip_name, &clip, nullptr) != kOfxStatOK) return;
    if (effects->clipGetImage(clip, time, nullptr, &set_) != kOfxStatOK) {
      set_ = nullptr;
      return;
    }
    void* data = nullptr;
    props->propGetPointer(set_, kOfxImagePropData, 0, &data);
    data_ = static_cast<char*>(data);
    props->propGetIntN(set_, kOfxImagePropBounds, 4, bounds);
    row_bytes = integer(set_, kOfxImagePropRowBytes);
    components = text(set_, kOfxImageEffectPropComponents);
    depth = text(set_, kOfxImageEffectPropPixelDepth);
    channels = components == kOfxImageComponentRGBA  ? 4
               : components == kOfxImageComponentRGB ? 3
                                                     : 1;
    item = depth == kOfxBitDepthByte ? 1 : depth == kOfxBitDepthFloat ? 4 : 2;
  }
  ~Image() {
    if (set_) effects->clipReleaseImage(set_);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  explicit operator bool() const { return set_ != nullptr; }
  OfxPropertySetHandle set() const { return set_; }
  // The pixel at (x, y); null outside the bounds.
  template <class T>
  T* at(int x, int y) const {
    if (x < bounds[0] || x >= bounds[2] || y < bounds[1] || y >= bounds[3]) return nullptr;
    char* row = data_ + static_cast<std::ptrdiff_t>(y - bounds[1]) * row_bytes;
    return reinterpret_cast<T*>(row + static_cast<std::ptrdiff_t>(x - bounds[0]) * channels * item);
  }

  int bounds[4] = {0, 0, 0, 0};
  int row_bytes = 0;
  int channels = 0;
  int item = 0;
  std::string components, depth;

 private:
  OfxPropertySetHandle set_ = nullptr;
  char* data_ = nullptr;
};

struct RenderArgs {
  explicit RenderArgs(OfxPropertySetHandle in) {
    time = number(in, kOfxPropTime);
    props->propGetIntN(in, kOfxImageEffectPropRenderWindow, 4, window);
    props->propGetDoubleN(in, kOfxImageEffectPropRenderScale, 2, scale);
  }
  double time = 0;
  int window[4] = {0, 0, 0, 0};
  double scale[2] = {1, 1};
};

using MainEntry = OfxStatus(const char*, const void*, OfxPropertySetHandle, OfxPropertySetHandle);

inline void set_host(OfxHost* given) { host = given; }

inline OfxPlugin plugin(const char* identifier, MainEntry* entry, unsigned int minor = 0) {
  return {kOfxImageEffectPluginApi, 1, identifier, 1, minor, set_host, entry};
}

}  // namespace test
