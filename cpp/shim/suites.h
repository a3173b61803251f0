// What the host hands us: its suites, its name, and its property sets read with defaults.
#pragma once

#include <string>

#include "nuke/fnOfxExtensions.h"
#include "ofxCore.h"
#include "ofxImageEffect.h"
#include "ofxMessage.h"
#include "ofxParam.h"
#include "ofxProgress.h"
#include "ofxProperty.h"

namespace anatomatte {

// The three suites at the top are always there; of the others any may be null.
struct Suites {
  const OfxPropertySuiteV1* property = nullptr;
  const OfxImageEffectSuiteV1* effect = nullptr;
  const OfxParameterSuiteV1* param = nullptr;
  const OfxMessageSuiteV1* message_v1 = nullptr;
  const OfxMessageSuiteV2* message_v2 = nullptr;
  const OfxProgressSuiteV1* progress_v1 = nullptr;
  const OfxProgressSuiteV2* progress_v2 = nullptr;
  const FnOfxImageEffectPlaneSuiteV2* planes = nullptr;
};

// A property set of the host.  What the host does not have reads as the given default; what it
// will not take is its own affair.
class Properties {
 public:
  explicit Properties(OfxPropertySetHandle handle = nullptr) : handle_(handle) {}

  bool number(const char* name, double* value, int index = 0) const;
  bool integer(const char* name, int* value, int index = 0) const;
  int integer_or(const char* name, int fallback) const;
  double number_or(const char* name, double fallback) const;
  std::string text_or(const char* name, const char* fallback, int index = 0) const;
  void* pointer(const char* name) const;
  bool rectangle(const char* name, int four[4]) const;

  bool set(const char* name, int value, int index = 0) const;
  bool set(const char* name, double value, int index = 0) const;
  bool set(const char* name, const char* value, int index = 0) const;
  bool set_pointer(const char* name, void* value) const;

  OfxPropertySetHandle handle() const { return handle_; }

 private:
  OfxPropertySetHandle handle_;
};

// Hosts that need something of their own.
struct HostFacts {
  bool nuke = false;    // shows groups as tabs; keeps label strings at their default
  bool natron = false;  // adds channel check boxes unless told not to
  bool mlt = false;     // makes an instance a frame unless the effect calls itself unsafe
  bool ours = false;    // pyopenfx: a Python process that asked for us
  bool has_pages = true;
  bool other_frames = false;  // gives clips at other times than the one that is rendered
};

// setHost may come many times, with the same host; the suites are fetched at the first action.
void set_host(const OfxHost* host);
// Raises Failure(kOfxStatErrMissingHostFeature) when a suite is absent that nothing works without.
void fetch_suites();
const Suites& suites();
const HostFacts& host_facts();

}  // namespace anatomatte
