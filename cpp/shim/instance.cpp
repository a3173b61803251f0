#include "instance.h"

#include <algorithm>
#include <random>

#include "controls.h"
#include "message.h"
#include "planes.h"
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
  for (int place = 0; place < kPlaceCount; ++place) {
    double at[3];
    read_number(kPlaces[place].point, 0.0, at);
    const bool untouched = point_is_untouched(place, 0.0);
    if (untouched) put_by_itself_[place] = {true, at[0], at[1]};
  }
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

double Instance::number(int control, OfxTime time) const {
  double number[3];
  read_number(control, time, number);
  return number[0];
}

int Instance::whole(int control, OfxTime time) const {
  return static_cast<int>(number(control, time));
}

int Instance::choice(int control, OfxTime time) const {
  const Control& row = kControls[control];
  const int entry = whole(control, time);
  return entry >= 0 && entry < row.n_options ? entry : static_cast<int>(row.number[0]);
}

// What is no entry of the menu goes on as its number, for the engine to tell.
const char* Instance::entry(int control, OfxTime time, std::deque<std::string>* texts) const {
  const Control& row = kControls[control];
  const int chosen = whole(control, time);
  if (chosen >= 0 && chosen < row.n_options) return row.keys[chosen];
  return texts->emplace_back(std::to_string(chosen)).c_str();
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
      value.text = entry(i, time, &values.texts);
    } else if (row.kind == Kind::line_ || row.kind == Kind::file_) {
      value.kind = ANM_TEXT;
      value.text = values.texts.emplace_back(read_text(i, time)).c_str();
    } else {
      value.kind = row.kind == Kind::int_    ? ANM_WHOLE
                   : row.kind == Kind::bool_ ? ANM_TRUTH
                                             : ANM_NUMBERS;
      value.count = row.kind == Kind::rgb_ ? 3 : row.kind == Kind::point_ ? 2 : 1;
      read_number(i, time, value.number);
      if (row.kind == Kind::point_) take_middle(i, time, value.number);
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

bool Instance::has_effect(int control) const {
  for (const Need& need : kNeeds) {
    if (need.control != control) continue;
    if (!(need.entries >> choice(need.decider, 0.0) & 1)) return false;
  }
  return true;
}

void Instance::show_what_counts() const {
  // MLT never tells of changes and cannot set a hidden control: there all stay visible.
  if (host_facts().mlt) return;
  int last = -1;
  for (const Need& need : kNeeds) {
    if (need.control == last) continue;
    last = need.control;
    const bool counts = has_effect(last);
    if (kControls[last].hides) {
      set_flag(last, kOfxParamPropSecret, !counts);
    } else {
      set_flag(last, kOfxParamPropEnabled, counts);
    }
  }
  set_flag(kPersonParts, kOfxParamPropSecret, !planes_are_offered());
}

void Instance::show_status() {
  const std::string own = told_.status();
  if (!own.empty()) write_status(how_it_runs_.empty() ? own : own + "\n" + how_it_runs_);
}

void Instance::refresh_status() {
  shown_status_.clear();  // a project that was loaded since has emptied it
  how_it_runs_ = runtime_status();
  const std::string own = told_.status();
  const std::string text =
      (own.empty() ? "This node has rendered no frame yet." : own) + "\n" + how_it_runs_;
  write_status(text);
  if (account_param_) suites().param->paramSetValue(account_param_, told_.account().c_str());
  // Nuke keeps a label string at its default, so there the answer is also shown as a message.
  if (host_facts().nuke) show_message(effect_, kOfxMessageMessage, "anatomatte.status", text);
}

void Instance::write_status(const std::string& text) {
  if (text == shown_status_ || !controls_[kStatus]) return;
  shown_status_ = text;
  suites().param->paramSetValue(controls_[kStatus], text.c_str());
}

void Instance::keep_decision() {
  const std::string kept = told_.kept_decision();
  if (!kept.empty() && controls_[kScreenKept]) {
    suites().param->paramSetValue(controls_[kScreenKept], kept.c_str());
  } else {
    show_message(
        effect_, kOfxMessageMessage, "anatomatte.keep",
        "There is no decision of Auto to keep yet: view a frame with Screen on Auto first.");
  }
}

void Instance::reload_shot() {
  if (controls_[kShotRead]) {
    suites().param->paramSetValue(controls_[kShotRead], whole(kShotRead, 0.0) + 1);
  }
  show_status();
}

// An artist may change what comes before the node at any moment; a render for the disk is spared
// it.
void Instance::begin_sequence(bool interactive) { sequence_ = interactive ? 0 : fresh_number(); }

void Instance::clip_changed() {
  if (sequence_) sequence_ = fresh_number();
}

void Instance::complain(OfxTime time, const std::string& failure, const char* id) {
  const std::string sentence = in_labels(failure);
  told_.failed(time, sentence);
  const std::lock_guard<std::mutex> lock(message_mutex_);
  // The other way may be a dialog: the same sentence is said once, not for every frame.
  if (!set_persistent_message(effect_, id, sentence) && sentence != message_) {
    show_message(effect_, kOfxMessageError, id, sentence);
  }
  message_ = sentence;
}

void Instance::all_is_well() {
  const std::lock_guard<std::mutex> lock(message_mutex_);
  if (message_.empty()) return;
  message_.clear();
  clear_persistent_message(effect_);
}

}  // namespace anatomatte
