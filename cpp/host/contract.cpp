#include "contract.h"

#include <deque>
#include <mutex>

#include "effect.h"

namespace pyopenfx {
namespace {

constexpr size_t kMostStrays = 1000;

struct Strays {
  std::mutex mutex;
  std::deque<Breach> breaches;
};

Strays& strays() {
  static auto* the_strays = new Strays;
  return *the_strays;
}

}  // namespace

void breach(const char* rule, const std::string& did) {
  const std::shared_ptr<Call> call = Call::current();
  if (!call || !call->effect) return stray_breach(rule, "a plug-in " + did);
  const Breach found{rule, call->action + " " + did};
  call->add_breach(found);
  call->effect->note(found);
}

void stray_breach(const char* rule, const std::string& text) {
  Strays& s = strays();
  std::lock_guard<std::mutex> lock(s.mutex);
  s.breaches.push_back({rule, text});
  if (s.breaches.size() > kMostStrays) s.breaches.pop_front();
}

std::vector<Breach> take_stray_breaches() {
  Strays& s = strays();
  std::lock_guard<std::mutex> lock(s.mutex);
  std::vector<Breach> taken(s.breaches.begin(), s.breaches.end());
  s.breaches.clear();
  return taken;
}

}  // namespace pyopenfx
