#include "message.h"

#include "suites.h"

namespace anatomatte {
namespace {

// Resolve claims this suite with one pointer null and the other garbage: both or neither.
const OfxMessageSuiteV2* persistent_messages() {
  const OfxMessageSuiteV2* suite = suites().message_v2;
  const bool whole = suite && suite->setPersistentMessage && suite->clearPersistentMessage;
  return whole ? suite : nullptr;
}

}  // namespace

std::string as_format(const std::string& sentence) {
  std::string format;
  for (const char letter : sentence) format.append(letter == '%' ? 2 : 1, letter);
  return format;
}

bool show_message(OfxImageEffectHandle effect, const char* type, const char* id,
                  const std::string& sentence) {
  const OfxMessageSuiteV1* suite = suites().message_v1;
  if (!suite || !suite->message) return false;
  suite->message(effect, type, id, as_format(sentence).c_str());
  return true;
}

bool set_persistent_message(OfxImageEffectHandle effect, const char* id,
                            const std::string& sentence) {
  const OfxMessageSuiteV2* suite = persistent_messages();
  if (!suite) return false;
  suite->setPersistentMessage(effect, kOfxMessageError, id, as_format(sentence).c_str());
  return true;
}

void clear_persistent_message(OfxImageEffectHandle effect) {
  if (const OfxMessageSuiteV2* suite = persistent_messages()) {
    suite->clearPersistentMessage(effect);
  }
}

}  // namespace anatomatte
