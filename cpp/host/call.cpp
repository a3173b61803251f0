#include "call.h"

#include "clips.h"
#include "effect.h"

namespace pyopenfx {
namespace {

thread_local std::shared_ptr<Call> t_current;

}  // namespace

std::shared_ptr<Call> Call::current() { return t_current; }

CallScope::CallScope(std::shared_ptr<Call> call) : outer_(std::move(t_current)) {
  t_current = std::move(call);
}

CallScope::~CallScope() { t_current = std::move(outer_); }

bool Call::rod_of_output(const std::string& clip, OfxRectD* bounds) const {
  auto output = outputs.find(clip);
  if (output == outputs.end()) return false;
  const ImageBuffer& image = *output->second;
  const double x = image.pixel_aspect / image.scale[0], y = 1 / image.scale[1];
  *bounds = {image.rod[0] * x, image.rod[1] * y, image.rod[2] * x, image.rod[3] * y};
  return true;
}

std::shared_ptr<const ImageBuffer> Call::find_image(Clip* clip, double at, const OfxRectD* region) {
  auto output = outputs.find(clip->name());
  if (output != outputs.end()) return output->second;
  if (!planes.empty() && clip->name() == kOfxImageEffectOutputClipName) {
    breach(kPlaneNotListed, "fetched the colour plane of Output, which is not asked for");
  }
  const Key key{clip->name(), at};
  {
    std::lock_guard<std::mutex> lock(mutex_);
    auto known = images_.find(key);
    if (known != images_.end()) return known->second;
  }
  std::shared_ptr<const ImageBuffer> image = clip->fetch(at, scale, region);
  std::lock_guard<std::mutex> lock(mutex_);
  return images_.emplace(key, std::move(image)).first->second;
}

ImageHandle* Call::lend(Clip* clip, double at, const OfxRectD* region, OfxStatus* status) {
  std::shared_ptr<const ImageBuffer> image;
  try {
    image = find_image(clip, at, region);
  } catch (...) {
    fail(std::current_exception());
    *status = kOfxStatErrUnknown;  // there may be a picture, unlike where there is none
    return nullptr;
  }
  if (!image) {
    *status = kOfxStatFailed;
    return nullptr;
  }
  *status = kOfxStatOK;
  return hand_out(std::move(image), clip);
}

ImageHandle* Call::hand_out(std::shared_ptr<const ImageBuffer> image, Clip* clip) {
  auto* handle = new ImageHandle(std::move(image), shared_from_this(), clip->name());
  std::lock_guard<std::mutex> lock(mutex_);
  lent_.insert(handle);
  return handle;
}

ImageHandle* Call::lend_plane(Clip* clip, const std::string& plane) {
  const auto listed = planes.find(plane);
  if (listed != planes.end()) return hand_out(listed->second, clip);
  breach(kPlaneNotListed, "fetched the plane " + plane + " of Output, which is not asked for");
  return nullptr;
}

bool Call::take_back(ImageHandle* handle) {
  const std::shared_ptr<Call> keep = shared_from_this();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (lent_.erase(handle) == 0) return false;
  }
  delete handle;
  forget_other_times();
  return true;
}

// A plug-in may walk through a hundred frames: those that it gave back are not held for it.
void Call::forget_other_times() {
  std::vector<std::shared_ptr<const ImageBuffer>> done;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto at = images_.begin(); at != images_.end();) {
    const bool other = has_time && std::get<1>(at->first) != time;
    if (other && at->second.use_count() == 1) {
      done.push_back(std::move(at->second));
      at = images_.erase(at);
    } else {
      ++at;
    }
  }
}

std::vector<std::string> Call::take_back_all() {
  std::set<ImageHandle*> forgotten;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    forgotten.swap(lent_);
    images_.clear();
  }
  std::vector<std::string> clips;
  for (ImageHandle* handle : forgotten) {
    clips.push_back(handle->clip());
    delete handle;
  }
  return clips;
}

void Call::add_breach(const Breach& breach) {
  std::lock_guard<std::mutex> lock(mutex_);
  breaches_.push_back(breach);
}

std::vector<Breach> Call::breaches() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return breaches_;
}

void Call::fail(std::exception_ptr error) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_) failure_ = std::move(error);
}

std::exception_ptr Call::failure() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

}  // namespace pyopenfx
