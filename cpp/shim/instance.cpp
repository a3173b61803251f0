#include "instance.h"

#include <algorithm>
#include <random>

#include "controls.h"
#include "runtime.h"
#include "status.h"

namespace anatomatte {
namespace {

Clip find_clip(OfxImageEffectHandle effect, const char* name, bool optional) {
  Clip clip;
  clip.name = name;
  clip.optional = optional;
  OfxPropertySetHandle properties = nullptr;
  if (suites().effect->clipGetHandle(effect, name, &clip.handle, &properties) != kOfxStatOK) {
    clip.handle = nullptr;
    return clip;
  }
  if (clip.handle && !properties) suites().effect->clipGetPropertySet(clip.handle, &properties);
  clip.properties = Properties(properties);
  return clip;
}

// A served worker hears from many processes, so a counter would not do.
uint64_t fresh_number() {
  static std::random_device random;
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  return (uint64_t{random()} << 32 | random()) | 1;
}

// A text of the engine's account, which is a flat enough JSON object: none of its texts that the
// node reads has quotes in it.
std::string text_of(const std::string& account, const std::string& name) {
  const std::string head = "\"" + name + "\": \"";
  const size_t begin = account.find(head);
  if (begin == std::string::npos) return "";
  const size_t end = account.find('"', begin + head.size());
  if (end == std::string::npos) return "";
  return account.substr(begin + head.size(), end - begin - head.size());
}

}  // namespace

bool Clip::connected() const {
  return handle && properties.integer_or(kOfxImageClipPropConnected, optional ? 0 : 1) != 0;
}

bool Clip::region_of_definition(OfxTime time, OfxRectD* region) const {
  OfxRectD found{0, 0, 0, 0};
  if (!connected() ||
      suites().effect->clipGetRegionOfDefinition(handle, time, &found) != kOfxStatOK) {
    return false;
  }
  *region = found;
  return true;
}

Instance::Instance(OfxImageEffectHandle effect) : effect_(effect) {
  if (suites().effect->getParamSet(effect, &params_) != kOfxStatOK) {
    throw Failure("The host gave the node no parameters.");
  }
  for (int i = 0; i < kControlCount; ++i) {
    OfxParamHandle handle = nullptr;
    if (suites().param->paramGetHandle(params_, kControls[i].name, &handle, nullptr) ==
        kOfxStatOK) {
      controls_[i] = handle;
    }
  }
  if (suites().param->paramGetHandle(params_, kAccountName, &account_param_, nullptr) !=
      kOfxStatOK) {
    account_param_ = nullptr;
  }
  for (int i = 0; i < kInputCount; ++i) {
    inputs_[i] = find_clip(effect, kInputs[i].name, kInputs[i].optional);
  }
  output_ = find_clip(effect, kOfxImageEffectOutputClipName, false);
}

void Instance::read_number(int control, OfxTime time, double number[3]) const {
  const Control& row = kControls[control];
  std::copy(row.number, row.number + 3, number);
  const OfxParamHandle handle = controls_[control];
  if (!handle) return;
  const auto get = suites().param->paramGetValueAtTime;
  if (row.kind == Kind::double_) {
    double value = number[0];
    if (get(handle, time, &value) == kOfxStatOK) number[0] = value;
  } else if (row.kind == Kind::rgb_) {
    double rgb[3] = {number[0], number[1], number[2]};
    if (get(handle, time, &rgb[0], &rgb[1], &rgb[2]) == kOfxStatOK) {
      std::copy(rgb, rgb + 3, number);
    }
  } else if (row.kind == Kind::point_) {
    double at[2] = {number[0], number[1]};
    if (get(handle, time, &at[0], &at[1]) == kOfxStatOK) std::copy(at, at + 2, number);
  } else if (carries_value(row) && row.kind != Kind::line_) {
    int value = static_cast<int>(number[0]);
    if (get(handle, time, &value) == kOfxStatOK) number[0] = value;
  }
}

std::string Instance::read_text(int control, OfxTime time) const {
  char* text = nullptr;
  if (controls_[control] &&
      suites().param->paramGetValueAtTime(controls_[control], time, &text) == kOfxStatOK && text) {
    return text;
  }
  return kControls[control].text;
}

bool Instance::ticked(int control, OfxTime time) const { return whole(control, time) != 0; }

int Instance::whole(int control, OfxTime time) const {
  double number[3];
  read_number(control, time, number);
  return static_cast<int>(number[0]);
}

int Instance::choice(int control, OfxTime time) const {
  const Control& row = kControls[control];
  double number[3];
  read_number(control, time, number);
  const bool valid = number[0] >= 0 && number[0] < row.n_options;
  return static_cast<int>(valid ? number[0] : row.number[0]);
}

FrameValues Instance::values(OfxTime time) const {
  FrameValues values;
  values.rows.reserve(kControlCount);
  for (int i = 0; i < kControlCount; ++i) {
    const Control& row = kControls[i];
    if (!carries_value(row)) continue;
    AnmValue value{};
    value.name = row.name;
    if (row.kind == Kind::choice_) {
      value.kind = ANM_TEXT;
      value.text = row.keys[choice(i, time)];
    } else if (row.kind == Kind::line_) {
      value.kind = ANM_TEXT;
      value.text = values.texts.emplace_back(read_text(i, time)).c_str();
    } else {
      value.kind = row.kind == Kind::int_    ? ANM_WHOLE
                   : row.kind == Kind::bool_ ? ANM_TRUTH
                                             : ANM_NUMBERS;
      value.count = row.kind == Kind::rgb_ ? 3 : row.kind == Kind::point_ ? 2 : 1;
      read_number(i, time, value.number);
    }
    values.rows.push_back(value);
  }
  return values;
}

void Instance::set_flag(int control, const char* property, bool on) const {
  OfxPropertySetHandle handle = nullptr;
  if (controls_[control] &&
      suites().param->paramGetPropertySet(controls_[control], &handle) == kOfxStatOK) {
    Properties(handle).set(property, on ? 1 : 0);
  }
}

void Instance::show_what_counts() const {
  // MLT never tells of changes and cannot set a hidden control: there all stay visible.
  if (host_facts().mlt) return;
  const bool packed = choice(kOutput, 0.0) == kOutputPacked;
  for (const int control : kPack) set_flag(control, kOfxParamPropSecret, !packed);
  set_flag(kPartsOf, kOfxParamPropSecret, !packed);
  set_flag(kScreenColour, kOfxParamPropEnabled, choice(kScreen, 0.0) == kScreenPicked);
  const bool decides = choice(kScreen, 0.0) == kScreenAuto;
  set_flag(kScreenKept, kOfxParamPropEnabled, decides);
  set_flag(kKeepScreen, kOfxParamPropEnabled, decides);
  const bool people = choice(kSubject, 0.0) != kSubjectOff;
  for (const int control : kOfPeople) set_flag(control, kOfxParamPropEnabled, people);
  const int who = choice(kWho, 0.0);
  set_flag(kPerson, kOfxParamPropEnabled, people && who == kWhoIndex);
  set_flag(kPoint, kOfxParamPropEnabled, people && who == kWhoPoint);
  set_flag(kPartsList, kOfxParamPropEnabled, people && choice(kParts, 0.0) == kPartsListed);
}

void Instance::refresh_status() {
  const std::string text = runtime_status();
  if (controls_[kStatus]) suites().param->paramSetValue(controls_[kStatus], text.c_str());
  {
    const std::lock_guard<std::mutex> lock(account_mutex_);
    if (account_param_) suites().param->paramSetValue(account_param_, account_.c_str());
  }
  // Nuke keeps a label string at its default, so there the answer is also shown as a message.
  if (host_facts().nuke && suites().message_v1 && suites().message_v1->message) {
    suites().message_v1->message(effect_, kOfxMessageMessage, "anatomatte.status", "%s",
                                 text.c_str());
  }
}

void Instance::keep_decision() {
  std::string account;
  {
    const std::lock_guard<std::mutex> lock(account_mutex_);
    account = account_;
  }
  const std::string kept = text_of(account, "screen_kept");
  if (!kept.empty() && controls_[kScreenKept]) {
    suites().param->paramSetValue(controls_[kScreenKept], kept.c_str());
  } else if (suites().message_v1 && suites().message_v1->message) {
    suites().message_v1->message(
        effect_, kOfxMessageMessage, "anatomatte.keep",
        "There is no decision of Auto to keep yet: view a frame with Screen on Auto first.");
  }
}

void Instance::keep_account(const std::string& account) {
  const std::lock_guard<std::mutex> lock(account_mutex_);
  account_ = account;
}

// An artist may change what comes before the node at any moment; a render for the disk is spared
// it.
void Instance::begin_sequence(bool interactive) { sequence_ = interactive ? 0 : fresh_number(); }

void Instance::clip_changed() {
  if (sequence_) sequence_ = fresh_number();
}

void Instance::complain(const std::string& sentence, const char* id) {
  const std::lock_guard<std::mutex> lock(message_mutex_);
  const Suites& host = suites();
  // Resolve claims this suite with one pointer null and the other garbage: both or neither.
  if (host.message_v2 && host.message_v2->setPersistentMessage &&
      host.message_v2->clearPersistentMessage) {
    host.message_v2->setPersistentMessage(effect_, kOfxMessageError, id, "%s", sentence.c_str());
  } else if (host.message_v1 && host.message_v1->message && sentence != message_) {
    // This one may be a dialog: the same sentence is said once, not for every frame.
    host.message_v1->message(effect_, kOfxMessageError, id, "%s", sentence.c_str());
  }
  message_ = sentence;
}

void Instance::all_is_well() {
  const std::lock_guard<std::mutex> lock(message_mutex_);
  if (message_.empty()) return;
  message_.clear();
  const OfxMessageSuiteV2* host = suites().message_v2;
  if (host && host->setPersistentMessage && host->clearPersistentMessage) {
    host->clearPersistentMessage(effect_);
  }
}

}  // namespace anatomatte
