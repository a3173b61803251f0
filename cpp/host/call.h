// Call: one action in progress, from the moment a plug-in is entered until it returns.
#pragma once

#include <array>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "contract.h"
#include "images.h"

namespace pyopenfx {

class Clip;
class Effect;

class Call : public std::enable_shared_from_this<Call> {
 public:
  Effect* effect = nullptr;
  std::string action;
  double time = 0;
  bool has_time = false;
  std::array<double, 2> scale{1, 1};
  std::map<std::string, std::shared_ptr<const ImageBuffer>> outputs;  // by clip name
  // Planes of Output beside the colour plane, by the names that the render was given.
  std::map<std::string, std::shared_ptr<const ImageBuffer>> planes;
  std::function<bool()> aborted;         // null: never
  std::function<bool(double)> progress;  // null: nobody listens; false asks the plug-in to stop

  // The region of an output that this call writes, in canonical coordinates.
  bool rod_of_output(const std::string& clip, OfxRectD* bounds) const;

  // The call that this thread works for, its own or (in a spawned thread) its parent's.
  static std::shared_ptr<Call> current();

  // Lends the clip's image at a time; null (with a status) where there is none.
  ImageHandle* lend(Clip* clip, double time, const OfxRectD* region, OfxStatus* status);
  // A plane of Output; null, and a breach, where the render does not list it.
  ImageHandle* lend_plane(Clip* clip, const std::string& plane);
  bool take_back(ImageHandle* handle);
  // Everything still lent is taken back; says which clips a plug-in forgot to release.
  std::vector<std::string> take_back_all();

  void add_breach(const Breach& breach);
  std::vector<Breach> breaches() const;

  // The first failure of the host's own side (a callback's exception); told after the call.
  void fail(std::exception_ptr error);
  std::exception_ptr failure() const;

 private:
  ImageHandle* hand_out(std::shared_ptr<const ImageBuffer> image, Clip* clip);
  std::shared_ptr<const ImageBuffer> find_image(Clip* clip, double time, const OfxRectD* region);
  void forget_other_times();

  using Key = std::tuple<std::string, double>;
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<const ImageBuffer>> images_;
  std::set<ImageHandle*> lent_;
  std::exception_ptr failure_;
  std::vector<Breach> breaches_;
};

// Makes a call the current one of this thread for as long as it lives.
class CallScope {
 public:
  explicit CallScope(std::shared_ptr<Call> call);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  std::shared_ptr<Call> outer_;
};

}  // namespace pyopenfx
