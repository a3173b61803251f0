#include "controls.h"

#include <cstring>
#include <string>

#include "nuke/fnPublicOfxExtensions.h"
#include "suites.h"
#include "table.h"

namespace anatomatte {
namespace {

const char* type_of(const Control& control) {
  switch (control.kind) {
    case Kind::choice_:
      return kOfxParamTypeChoice;
    case Kind::double_:
      return kOfxParamTypeDouble;
    case Kind::int_:
      return kOfxParamTypeInteger;
    case Kind::bool_:
      return kOfxParamTypeBoolean;
    case Kind::rgb_:
      return kOfxParamTypeRGB;
    case Kind::point_:
      return kOfxParamTypeDouble2D;
    case Kind::button_:
      return kOfxParamTypePushButton;
    case Kind::line_:
    case Kind::file_:
    case Kind::text_:
      return kOfxParamTypeString;
  }
  return kOfxParamTypeString;
}

std::string hint_of(const Control& control) {
  const std::string hint = control.hint;
  if (!std::strcmp(control.unit, "px")) return hint + " In pixels at full resolution.";
  if (!std::strcmp(control.unit, "px2")) return hint + " In square pixels at full resolution.";
  if (!std::strcmp(control.unit, "at")) return hint + " In pixels of the full picture.";
  return hint;
}

void set_range(const Properties& param, const Control& control, int dimensions) {
  for (int i = 0; i < dimensions; ++i) {
    param.set(kOfxParamPropMin, control.low, i);
    param.set(kOfxParamPropMax, control.high, i);
    param.set(kOfxParamPropDisplayMin, control.slider_low, i);
    param.set(kOfxParamPropDisplayMax, control.slider_high, i);
    param.set(kOfxParamPropDefault, control.number[i], i);
  }
}

void describe_double(const Properties& param, const Control& control) {
  const bool area = !std::strcmp(control.unit, "px2");
  const bool length = !std::strcmp(control.unit, "px");
  set_range(param, control, 1);
  param.set(kOfxParamPropDoubleType, kOfxParamDoubleTypePlain);
  param.set(kOfxParamPropIncrement, area ? 1.0 : length ? 0.1 : 0.01);
  param.set(kOfxParamPropDigits, area ? 0 : length ? 1 : 3);
}

void describe_int(const Properties& param, const Control& control) {
  param.set(kOfxParamPropMin, static_cast<int>(control.low));
  param.set(kOfxParamPropMax, static_cast<int>(control.high));
  param.set(kOfxParamPropDisplayMin, static_cast<int>(control.slider_low));
  param.set(kOfxParamPropDisplayMax, static_cast<int>(control.slider_high));
  param.set(kOfxParamPropDefault, static_cast<int>(control.number[0]));
}

void describe_choice(const Properties& param, const Control& control) {
  for (int i = 0; i < control.n_options; ++i) {
    param.set(kOfxParamPropChoiceOption, control.labels[i], i);
  }
  for (int i = 0; i < control.n_options; ++i) {
    if (!param.set(kOfxParamPropChoiceEnum, control.keys[i], i)) break;  // hosts before OFX 1.5
  }
  param.set(kOfxParamPropDefault, static_cast<int>(control.number[0]));
}

// A place in the picture with the host's own handle on it.  The default is a share of the picture
// where the host has such defaults; where it has none the engine takes the same numbers for it.
void describe_point(const Properties& param, const Control& control) {
  for (int i = 0; i < 2; ++i) {
    param.set(kOfxParamPropMin, control.low, i);
    param.set(kOfxParamPropMax, control.high, i);
    param.set(kOfxParamPropDisplayMin, control.slider_low, i);
    param.set(kOfxParamPropDisplayMax, control.slider_high, i);
    param.set(kOfxParamPropDefault, control.number[i], i);
  }
  param.set(kOfxParamPropDoubleType, kOfxParamDoubleTypeXYAbsolute);
  param.set(kOfxParamPropDefaultCoordinateSystem, kOfxParamCoordinatesNormalised);
  param.set(kOfxParamPropUseHostOverlayHandle, 1);
  param.set(kOfxParamPropIncrement, 1.0);
  param.set(kOfxParamPropDigits, 1);
}

void describe_line(const Properties& param, const Control& control) {
  param.set(kOfxParamPropStringMode, kOfxParamStringIsSingleLine);
  param.set(kOfxParamPropDefault, control.text);
}

// A path, with the host's own way to choose a file.
void describe_file(const Properties& param, const Control& control) {
  param.set(kOfxParamPropStringMode, kOfxParamStringIsFilePath);
  param.set(kOfxParamPropStringFilePathExists, 1);
  param.set(kOfxParamPropDefault, control.text);
}

// A line that only the node writes.
void describe_text(const Properties& param, const Control& control) {
  param.set(kOfxParamPropStringMode, kOfxParamStringIsLabel);
  param.set(kOfxParamPropDefault, control.text);
  param.set(kOfxParamPropPersistant, 0);
  param.set(kOfxParamPropCanUndo, 0);
}

void describe_kind(const Properties& param, const Control& control) {
  switch (control.kind) {
    case Kind::choice_:
      return describe_choice(param, control);
    case Kind::double_:
      return describe_double(param, control);
    case Kind::int_:
      return describe_int(param, control);
    case Kind::bool_:
      param.set(kOfxParamPropDefault, control.number[0] != 0.0 ? 1 : 0);
      return;
    case Kind::rgb_:
      return set_range(param, control, 3);
    case Kind::point_:
      return describe_point(param, control);
    case Kind::line_:
      return describe_line(param, control);
    case Kind::file_:
      return describe_file(param, control);
    case Kind::button_:
      return;
    case Kind::text_:
      return describe_text(param, control);
  }
}

Properties define(OfxParamSetHandle params, const char* type, const std::string& name,
                  const char* label) {
  OfxPropertySetHandle handle = nullptr;
  if (suites().param->paramDefine(params, type, name.c_str(), &handle) != kOfxStatOK) {
    return Properties();
  }
  const Properties param(handle);
  param.set(kOfxPropLabel, label);
  param.set(kOfxPropShortLabel, label);
  param.set(kOfxPropLongLabel, label);
  return param;
}

void define_control(OfxParamSetHandle params, const Control& control, const std::string& group) {
  const Properties param = define(params, type_of(control), control.name, control.label);
  param.set(kOfxParamPropScriptName, control.name);
  param.set(kOfxParamPropHint, hint_of(control).c_str());
  if (!group.empty()) param.set(kOfxParamPropParent, group.c_str());
  if (control.kind != Kind::button_) param.set(kOfxParamPropAnimates, control.animates ? 1 : 0);
  if (control.inert) param.set(kOfxParamPropEvaluateOnChange, 0);
  describe_kind(param, control);
}

// No control: where a host that writes files reads what made a frame.  Nobody sees or saves it.
void define_account(OfxParamSetHandle params) {
  const Properties param = define(params, kOfxParamTypeString, kAccountName, "Provenance");
  param.set(kOfxParamPropScriptName, kAccountName);
  param.set(kOfxParamPropStringMode, kOfxParamStringIsSingleLine);
  param.set(kOfxParamPropDefault, "");
  param.set(kOfxParamPropSecret, 1);
  param.set(kOfxParamPropAnimates, 0);
  param.set(kOfxParamPropEvaluateOnChange, 0);
  param.set(kOfxParamPropPersistant, 0);
  param.set(kOfxParamPropCanUndo, 0);
}

// What a page shows, in its order; controls of a group follow the group.
class Page {
 public:
  Page(OfxParamSetHandle params, const std::string& name, const char* label)
      : page_(define(params, kOfxParamTypePage, name, label)) {}
  void add(const std::string& child) { page_.set(kOfxParamPropPageChild, child.c_str(), count_++); }

 private:
  Properties page_;
  int count_ = 0;
};

std::string define_group(OfxParamSetHandle params, const std::string& label,
                         const std::string& parent, bool open) {
  const std::string name = "group_" + label;
  const Properties group = define(params, kOfxParamTypeGroup, name, label.c_str());
  group.set(kOfxParamPropGroupOpen, open ? 1 : 0);
  if (!parent.empty()) group.set(kOfxParamPropParent, parent.c_str());
  if (host_facts().nuke && parent.empty()) group.set(kFnOfxParamPropGroupIsTab, 1);
  return name;
}

void define_page(OfxParamSetHandle params, const char* label, const std::string& group) {
  Page page(params, std::string("page_") + label, label);
  std::string inner;
  for (const Control& control : kControls) {
    if (std::strcmp(control.page, label) != 0) continue;
    if (*control.group && inner != std::string("group_") + control.group) {
      inner = define_group(params, control.group, group, false);
      page.add(inner);
    }
    define_control(params, control, *control.group ? inner : group);
    page.add(control.name);
  }
}

}  // namespace

// Natron answers 0 pages and shows pages as tabs; a group for each would go to the first of them.
void define_controls(OfxParamSetHandle params) {
  const HostFacts& host = host_facts();
  const bool groups = host.nuke || (!host.has_pages && !host.natron);
  OfxPropertySetHandle set = nullptr;
  if (suites().param->paramSetGetPropertySet(params, &set) != kOfxStatOK) set = nullptr;
  int number = 0;
  for (const char* label : kPages) {
    define_page(params, label, groups ? define_group(params, label, "", true) : "");
    const std::string name = std::string("page_") + label;
    Properties(set).set(kOfxPluginPropParamPageOrder, name.c_str(), number++);
  }
  define_account(params);
}

}  // namespace anatomatte
