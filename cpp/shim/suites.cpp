#include "suites.h"

#include <mutex>

#include "ofxNatron.h"
#include "status.h"

namespace anatomatte {
namespace {

const OfxHost* g_host = nullptr;
std::mutex g_mutex;
Suites g_suites;
HostFacts g_facts;
const OfxHost* g_fetched = nullptr;

template <typename Suite>
const Suite* fetch(const char* name, int version) {
  return static_cast<const Suite*>(g_host->fetchSuite(g_host->host, name, version));
}

bool starts_with(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

HostFacts read_facts() {
  const Properties host(g_host->host);
  const std::string name = host.text_or(kOfxPropName, "");
  HostFacts facts;
  facts.nuke = starts_with(name, "uk.co.thefoundry.nuke");
  // Natron may go by another name, per plug-in
  facts.natron =
      starts_with(name, "fr.inria.Natron") || host.integer_or(kNatronOfxHostIsNatron, 0) != 0;
  facts.mlt = name == "MLT";
  facts.ours = starts_with(name, "org.anatomatte.");
  facts.other_frames = host.integer_or(kOfxImageEffectPropTemporalClipAccess, 0) != 0;
  facts.has_pages = host.integer_or(kOfxParamHostPropMaxPages, 1) != 0;
  return facts;
}

}  // namespace

void set_host(const OfxHost* host) {
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_host = host;
}

void fetch_suites() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  if (g_fetched && g_fetched == g_host) return;
  if (!g_host || !g_host->fetchSuite) {
    throw Failure("The host gave no suites.", kOfxStatErrMissingHostFeature);
  }
  g_suites.property = fetch<OfxPropertySuiteV1>(kOfxPropertySuite, 1);
  g_suites.effect = fetch<OfxImageEffectSuiteV1>(kOfxImageEffectSuite, 1);
  g_suites.param = fetch<OfxParameterSuiteV1>(kOfxParameterSuite, 1);
  g_suites.message_v1 = fetch<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
  g_suites.message_v2 = fetch<OfxMessageSuiteV2>(kOfxMessageSuite, 2);
  g_suites.progress_v1 = fetch<OfxProgressSuiteV1>(kOfxProgressSuite, 1);
  g_suites.progress_v2 = fetch<OfxProgressSuiteV2>(kOfxProgressSuite, 2);
  g_suites.planes = fetch<FnOfxImageEffectPlaneSuiteV2>(kFnOfxImageEffectPlaneSuite, 2);
  if (!g_suites.property || !g_suites.effect || !g_suites.param) {
    throw Failure("The host lacks the property, image effect or parameter suite.",
                  kOfxStatErrMissingHostFeature);
  }
  g_facts = read_facts();
  g_fetched = g_host;
}

const Suites& suites() { return g_suites; }
const HostFacts& host_facts() { return g_facts; }

bool Properties::number(const char* name, double* value, int index) const {
  double read = 0.0;
  if (!handle_ || g_suites.property->propGetDouble(handle_, name, index, &read) != kOfxStatOK) {
    return false;
  }
  *value = read;
  return true;
}

bool Properties::integer(const char* name, int* value, int index) const {
  int read = 0;
  if (!handle_ || g_suites.property->propGetInt(handle_, name, index, &read) != kOfxStatOK) {
    return false;
  }
  *value = read;
  return true;
}

int Properties::integer_or(const char* name, int fallback) const {
  integer(name, &fallback);
  return fallback;
}

double Properties::number_or(const char* name, double fallback) const {
  number(name, &fallback);
  return fallback;
}

std::string Properties::text_or(const char* name, const char* fallback, int index) const {
  char* read = nullptr;
  if (!handle_ || g_suites.property->propGetString(handle_, name, index, &read) != kOfxStatOK ||
      !read) {
    return fallback;
  }
  return read;
}

void* Properties::pointer(const char* name) const {
  void* read = nullptr;
  if (!handle_ || g_suites.property->propGetPointer(handle_, name, 0, &read) != kOfxStatOK) {
    return nullptr;
  }
  return read;
}

bool Properties::rectangle(const char* name, int four[4]) const {
  for (int i = 0; i < 4; ++i) {
    if (!integer(name, &four[i], i)) return false;
  }
  return true;
}

bool Properties::set(const char* name, int value, int index) const {
  return handle_ && g_suites.property->propSetInt(handle_, name, index, value) == kOfxStatOK;
}

bool Properties::set(const char* name, double value, int index) const {
  return handle_ && g_suites.property->propSetDouble(handle_, name, index, value) == kOfxStatOK;
}

bool Properties::set(const char* name, const char* value, int index) const {
  return handle_ && g_suites.property->propSetString(handle_, name, index, value) == kOfxStatOK;
}

bool Properties::set_pointer(const char* name, void* value) const {
  return handle_ && g_suites.property->propSetPointer(handle_, name, 0, value) == kOfxStatOK;
}

}  // namespace anatomatte
