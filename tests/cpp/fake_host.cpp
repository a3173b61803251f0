#include "fake_host.h"

#include <cstring>

namespace fake {

namespace {

constexpr int kGuard = 64;  // bytes before the first and after the last row

template <typename T>
T convert(const Value& value) {
  if (const int* i = std::get_if<int>(&value)) return static_cast<T>(*i);
  if (const double* d = std::get_if<double>(&value)) return static_cast<T>(*d);
  return T{};
}

const Value* find(const PropertySet& set, const std::string& name, int index) {
  const auto found = set.values.find(name);
  if (found == set.values.end() || index < 0 || index >= static_cast<int>(found->second.size())) {
    return nullptr;
  }
  return &found->second[static_cast<size_t>(index)];
}

}  // namespace

int PropertySet::integer(const std::string& name, int index) const {
  const Value* value = find(*this, name, index);
  return value ? convert<int>(*value) : -999;
}

double PropertySet::number(const std::string& name, int index) const {
  const Value* value = find(*this, name, index);
  return value ? convert<double>(*value) : -999.0;
}

std::string PropertySet::text(const std::string& name, int index) const {
  const Value* value = find(*this, name, index);
  const std::string* text = value ? std::get_if<std::string>(value) : nullptr;
  return text ? *text : "";
}

size_t PropertySet::size(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? 0 : found->second.size();
}

int Picture::pixel_bytes() const {
  const int channels = components == kOfxImageComponentRGBA  ? 4
                       : components == kOfxImageComponentRGB ? 3
                                                             : 1;
  return channels * (depth == kOfxBitDepthByte ? 1 : depth == kOfxBitDepthFloat ? 4 : 2);
}

int Picture::row_bytes() const {
  const int row = (bounds[2] - bounds[0]) * pixel_bytes() + padding;
  return top_down ? -row : row;
}

void Picture::allocate(unsigned char with) {
  fill = with;
  const int rows = bounds[3] - bounds[1];
  memory.assign(static_cast<size_t>(std::abs(row_bytes()) * rows + 2 * kGuard), fill);
  properties.set(kOfxImagePropBounds, {bounds[0], bounds[1], bounds[2], bounds[3]});
  properties.set(kOfxImagePropRegionOfDefinition, {bounds[0], bounds[1], bounds[2], bounds[3]});
  properties.set(kOfxImagePropRowBytes, {row_bytes()});
  properties.set(kOfxImageEffectPropComponents, {components});
  properties.set(kOfxImageEffectPropPixelDepth, {depth});
  properties.set(kOfxImageEffectPropPreMultiplication, {std::string(kOfxImageUnPreMultiplied)});
  properties.set(kOfxImagePropPixelAspectRatio, {1.0});
  properties.set(kOfxImagePropData, {static_cast<void*>(pixel(bounds[0], bounds[1]))});
}

unsigned char* Picture::pixel(int x, int y) {
  const int row = top_down ? bounds[3] - 1 - y : y - bounds[1];
  return memory.data() + kGuard + row * std::abs(row_bytes()) + (x - bounds[0]) * pixel_bytes();
}

float& Picture::real(int x, int y, int channel) {
  return reinterpret_cast<float*>(pixel(x, y))[channel];
}

bool Picture::guards_hold() const {
  const size_t row = static_cast<size_t>(std::abs(row_bytes()));
  for (size_t i = 0; i < memory.size(); ++i) {
    const bool outside = i < kGuard || i >= memory.size() - kGuard;
    const bool padded = !outside && (i - kGuard) % row >= row - static_cast<size_t>(padding);
    if ((outside || padded) && memory[i] != fill) return false;
  }
  return true;
}

Clip* Effect::clip(const std::string& name) {
  for (auto& clip : clips) {
    if (clip->name == name) return clip.get();
  }
  return nullptr;
}

Param* Effect::param(const std::string& name) {
  for (size_t i = 0; i < params.size(); ++i) {
    if (param_names[i] == name) return params[i].get();
  }
  return nullptr;
}

OfxStatus Host::call(OfxPlugin* plugin, const char* action, Effect* effect, PropertySet* in,
                     PropertySet* out) {
  return plugin->mainEntry(action, effect, in ? in->handle() : nullptr,
                           out ? out->handle() : nullptr);
}

OfxStatus Host::describe(OfxPlugin* plugin, Effect* descriptor) {
  plugin->setHost(&ofx);
  OfxStatus status = call(plugin, kOfxActionLoad, nullptr);
  if (status != kOfxStatOK) return status;
  status = call(plugin, kOfxActionDescribe, descriptor);
  if (status != kOfxStatOK) return status;
  PropertySet context;
  context.set(kOfxImageEffectPropContext, {std::string(kOfxImageEffectContextFilter)});
  return call(plugin, kOfxImageEffectActionDescribeInContext, descriptor, &context);
}

std::unique_ptr<Effect> Host::instance(Effect& descriptor) {
  auto made = std::make_unique<Effect>();
  made->param_names = descriptor.param_names;
  for (const auto& param : descriptor.params) {
    auto copy = std::make_unique<Param>(*param);
    for (int i = 0; i < static_cast<int>(param->properties.size(kOfxParamPropDefault)) && i < 3;
         ++i) {
      copy->number[i] = param->properties.number(kOfxParamPropDefault, i);
    }
    copy->text = param->properties.text(kOfxParamPropDefault);
    made->params.push_back(std::move(copy));
  }
  for (const auto& clip : descriptor.clips) {
    made->clips.push_back(std::make_unique<Clip>());
    made->clips.back()->name = clip->name;
    made->clips.back()->properties = clip->properties;
    made->clips.back()->properties.set(kOfxImageClipPropConnected, {0});
  }
  connect(*made, kOfxImageEffectSimpleSourceClipName, picture(0, 0, 8, 6));
  connect(*made, kOfxImageEffectOutputClipName, picture(0, 0, 8, 6));
  return made;
}

void Host::connect(Effect& effect, const std::string& name, std::unique_ptr<Picture> picture) {
  Clip* clip = effect.clip(name);
  for (int i = 0; i < 4; ++i) clip->rod[i] = picture->bounds[i];
  clip->properties.set(kOfxImageClipPropConnected, {1});
  clip->properties.set(kOfxImageEffectPropPixelDepth, {picture->depth});
  clip->picture = std::move(picture);
}

std::unique_ptr<Picture> picture(int x1, int y1, int x2, int y2, const std::string& components,
                                 const std::string& depth) {
  auto made = std::make_unique<Picture>();
  const int bounds[4] = {x1, y1, x2, y2};
  std::memcpy(made->bounds, bounds, sizeof(bounds));
  made->components = components;
  made->depth = depth;
  made->allocate(0x3c);
  return made;
}

PropertySet render_arguments(int x1, int y1, int x2, int y2, double time) {
  PropertySet arguments;
  arguments.set(kOfxPropTime, {time});
  arguments.set(kOfxImageEffectPropRenderWindow, {x1, y1, x2, y2});
  arguments.set(kOfxImageEffectPropRenderScale, {1.0, 1.0});
  arguments.set(kOfxImageEffectPropFieldToRender, {std::string(kOfxImageFieldNone)});
  return arguments;
}

}  // namespace fake
