#include "clips.h"

#include "handles.h"
#include "spec_tables.h"

namespace pyopenfx {

Clip::Clip(Effect* effect, const std::string& name) : effect_(effect), name_(name) {
  handle_born(HandleKind::kClip, this);
  properties_.define(clip_properties(name));
}

Clip::Clip(Effect* effect, const Clip& descriptor)
    : effect_(effect), name_(descriptor.name_), properties_(descriptor.properties_) {
  handle_born(HandleKind::kClip, this);
  properties_.define(clip_instance_properties());
}

Clip::~Clip() { bury(); }

void Clip::bury() const {
  handle_died(HandleKind::kClip, this);
  properties_.bury();
}

Clip* Clip::from(OfxImageClipHandle handle) {
  auto* clip = reinterpret_cast<Clip*>(handle);
  return handle_alive(HandleKind::kClip, clip) ? clip : nullptr;
}

void Clip::feed(Fetch fetch, Extent extent) {
  std::lock_guard<std::mutex> lock(mutex_);
  fetch_ = fetch ? std::make_shared<Fetch>(std::move(fetch)) : nullptr;
  extent_ = extent ? std::make_shared<Extent>(std::move(extent)) : nullptr;
}

std::shared_ptr<const ImageBuffer> Clip::fetch(double time, std::array<double, 2> scale,
                                               const OfxRectD* region) const {
  std::shared_ptr<Fetch> source;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    source = fetch_;
  }
  return source ? (*source)(time, scale, region) : nullptr;
}

std::optional<OfxRectD> Clip::extent(double time) const {
  std::shared_ptr<Extent> source;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    source = extent_;
  }
  return source ? (*source)(time) : std::nullopt;
}

}  // namespace pyopenfx
