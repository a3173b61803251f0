// 1 - x in every channel, in every depth: pixels, windows, bounds and row bytes of a host.
#include "plugin.h"

namespace {

using namespace test;

float half_to_float(uint16_t h) {
  const int exponent = (h >> 10) & 31;
  const float fraction = static_cast<float>(h & 1023);
  float value;
  if (exponent == 0) {
    value = fraction / 16777216.0f;
  } else {
    value = (1024.0f + fraction) / 1024.0f;
    for (int e = 15; e < exponent; ++e) value *= 2.0f;
    for (int e = exponent; e < 15; ++e) value /= 2.0f;
  }
  return h & 0x8000 ? -value : value;
}

// Exact for the multiples of 1/1024 in [0, 1] that the tests use.
uint16_t float_to_half(float f) {
  if (f <= 0) return 0;
  int exponent = 15;
  while (f < 1.0f && exponent > 1) {
    f *= 2.0f;
    --exponent;
  }
  return static_cast<uint16_t>((exponent << 10) + static_cast<int>((f - 1.0f) * 1024.0f + 0.5f));
}

void invert_pixel(const Image& source, const Image& output, int x, int y) {
  for (int c = 0; c < output.channels; ++c) {
    if (output.item == 1) {
      const uint8_t* in = source.at<uint8_t>(x, y);
      output.at<uint8_t>(x, y)[c] = in ? static_cast<uint8_t>(255 - in[c]) : 0;
    } else if (output.item == 4) {
      const float* in = source.at<float>(x, y);
      output.at<float>(x, y)[c] = in ? 1.0f - in[c] : 0.0f;
    } else if (output.depth == kOfxBitDepthShort) {
      const uint16_t* in = source.at<uint16_t>(x, y);
      output.at<uint16_t>(x, y)[c] = in ? static_cast<uint16_t>(65535 - in[c]) : 0;
    } else {
      const uint16_t* in = source.at<uint16_t>(x, y);
      output.at<uint16_t>(x, y)[c] = in ? float_to_half(1.0f - half_to_float(in[c])) : 0;
    }
  }
}

OfxStatus render(const void* handle, OfxPropertySetHandle in) {
  const RenderArgs args(in);
  Image source(handle, kOfxImageEffectSimpleSourceClipName, args.time);
  Image output(handle, kOfxImageEffectOutputClipName, args.time);
  if (!source || !output) return kOfxStatFailed;
  if (source.depth != output.depth || source.components != output.components) {
    return kOfxStatErrFormat;
  }
  for (int y = args.window[1]; y < args.window[3]; ++y) {
    if (effects->abort(effect_of(handle))) return kOfxStatOK;
    for (int x = args.window[0]; x < args.window[2]; ++x) {
      if (!output.at<char>(x, y)) return kOfxStatErrValue;
      invert_pixel(source, output, x, y);
    }
  }
  return kOfxStatOK;
}

OfxStatus is_identity(const void* handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  int bypass = 0;
  params->paramGetValueAtTime(param(handle, "bypass"), number(in, kOfxPropTime), &bypass);
  if (!bypass) return kOfxStatReplyDefault;
  props->propSetString(out, kOfxPropName, 0, kOfxImageEffectSimpleSourceClipName);
  props->propSetDouble(out, kOfxPropTime, 0, number(in, kOfxPropTime));
  return kOfxStatOK;
}

OfxStatus describe_in_context(const void* handle) {
  define_clip(handle, kOfxImageEffectSimpleSourceClipName);
  define_clip(handle, kOfxImageEffectOutputClipName);
  OfxParamSetHandle set = nullptr;
  effects->getParamSet(effect_of(handle), &set);
  OfxPropertySetHandle bypass = nullptr;
  params->paramDefine(set, kOfxParamTypeBoolean, "bypass", &bypass);
  props->propSetInt(bypass, kOfxParamPropAnimates, 0, 1);
  return kOfxStatOK;
}

OfxStatus main_entry(const char* action, const void* handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle out) {
  const std::string what = action;
  if (what == kOfxActionLoad) return load();
  if (what == kOfxActionDescribe) {
    static const char* const contexts[] = {kOfxImageEffectContextFilter,
                                           kOfxImageEffectContextGeneral};
    describe(handle, "Invert", contexts, 2);
    props->propSetString(properties(handle), kOfxImageEffectPluginRenderThreadSafety, 0,
                         kOfxImageEffectRenderFullySafe);
    return kOfxStatOK;
  }
  if (what == kOfxImageEffectActionDescribeInContext) return describe_in_context(handle);
  if (what == kOfxImageEffectActionIsIdentity) return is_identity(handle, in, out);
  if (what == kOfxImageEffectActionRender) return render(handle, in);
  return kOfxStatReplyDefault;
}

}  // namespace

OfxExport int OfxGetNumberOfPlugins(void) { return 1; }
OfxExport OfxPlugin* OfxGetPlugin(int) {
  static OfxPlugin the_plugin = plugin("org.anatomatte.test.invert", main_entry);
  return &the_plugin;
}
