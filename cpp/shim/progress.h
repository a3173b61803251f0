// The host's progress bar, for frames that take long enough to want one.
#pragma once

#include <chrono>

#include "instance.h"

namespace anatomatte {

class ProgressBar {
 public:
  explicit ProgressBar(OfxImageEffectHandle effect) : effect_(effect) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(double fraction);
  // The user pressed the bar's cancel button.
  bool cancelled() const { return cancelled_; }

 private:
  void start();

  using Clock = std::chrono::steady_clock;
  OfxImageEffectHandle effect_;
  Clock::time_point began_ = Clock::now();
  bool started_ = false;
  bool cancelled_ = false;
};

}  // namespace anatomatte
