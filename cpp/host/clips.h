// Clip: an input or the output of an effect.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "images.h"
#include "ofxImageEffect.h"
#include "property_set.h"

namespace pyopenfx {

class Effect;

class Clip {
 public:
  // Both are asked from whatever thread the plug-in asks on.  Canonical coordinates.
  using Fetch = std::function<std::shared_ptr<const ImageBuffer>(
      double time, std::array<double, 2> scale, const OfxRectD* region)>;
  using Extent = std::function<std::optional<OfxRectD>(double time)>;

  Clip(Effect* effect, const std::string& name);
  Clip(Effect* effect, const Clip& descriptor);
  ~Clip();

  static Clip* from(OfxImageClipHandle handle);
  OfxImageClipHandle handle() { return reinterpret_cast<OfxImageClipHandle>(this); }

  Effect* effect() { return effect_; }
  const std::string& name() const { return name_; }
  PropertySet& properties() { return properties_; }
  void bury() const;  // plug-ins may use it no more

  void feed(Fetch fetch, Extent extent);
  std::shared_ptr<const ImageBuffer> fetch(double time, std::array<double, 2> scale,
                                           const OfxRectD* region) const;
  std::optional<OfxRectD> extent(double time) const;

 private:
  Effect* effect_;
  std::string name_;
  PropertySet properties_;
  mutable std::mutex mutex_;
  std::shared_ptr<Fetch> fetch_;
  std::shared_ptr<Extent> extent_;
};

}  // namespace pyopenfx
