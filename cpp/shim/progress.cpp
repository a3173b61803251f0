#include "progress.h"

namespace anatomatte {
namespace {

constexpr std::chrono::milliseconds kPatience{700};  // shorter frames show no bar
constexpr char kText[] = "Anatomatte";

// Both versions of the suite agree in these two functions.
struct Bar {
  OfxStatus (*update)(void*, double) = nullptr;
  OfxStatus (*end)(void*) = nullptr;
};

Bar bar() {
  const Suites& host = suites();
  if (host.progress_v2 && host.progress_v2->progressStart) {
    return {host.progress_v2->progressUpdate, host.progress_v2->progressEnd};
  }
  if (host.progress_v1 && host.progress_v1->progressStart) {
    return {host.progress_v1->progressUpdate, host.progress_v1->progressEnd};
  }
  return {};
}

}  // namespace

void ProgressBar::start() {
  const Suites& host = suites();
  if (host.progress_v2 && host.progress_v2->progressStart) {
    started_ = host.progress_v2->progressStart(effect_, kText, "anatomatte.render") == kOfxStatOK;
  } else {
    started_ = host.progress_v1->progressStart(effect_, kText) == kOfxStatOK;
  }
}

void ProgressBar::update(double fraction) {
  const Bar host = bar();
  if (!host.update || !host.end || Clock::now() - began_ < kPatience) return;
  if (!started_) start();
  if (started_ && host.update(effect_, fraction) == kOfxStatReplyNo) cancelled_ = true;
}

ProgressBar::~ProgressBar() {
  if (started_) bar().end(effect_);
}

}  // namespace anatomatte
