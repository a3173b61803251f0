// The one table, asked at compile time: a control or menu entry that the shim names must exist.
#pragma once

#include <string_view>

#include "params.h"

namespace anatomatte {

inline constexpr int kControlCount = sizeof(kControls) / sizeof(kControls[0]);

constexpr int control_index(std::string_view name) {
  for (int i = 0; i < kControlCount; ++i) {
    if (name == kControls[i].name) return i;
  }
  throw "the table has no control of this name";
}

constexpr int option_index(int control, std::string_view key) {
  for (int i = 0; i < kControls[control].n_options; ++i) {
    if (key == kControls[control].keys[i]) return i;
  }
  throw "the menu has no entry of this name";
}

// Whether other controls have an effect or none as this one stands.
constexpr bool decides(std::string_view name) {
  for (const Need& need : kNeeds) {
    if (name == kControls[need.decider].name) return true;
  }
  return false;
}

constexpr bool carries_value(const Control& control) {
  return control.kind != Kind::button_ && control.kind != Kind::text_;
}

// A place in the picture, and the menu that makes it count.
struct Place {
  int point;
  int menu;
  int entry;
  bool corner;  // of a box, which may well reach beyond the plate
};
constexpr Place place(std::string_view point, std::string_view menu, std::string_view entry) {
  return {control_index(point), control_index(menu), option_index(control_index(menu), entry),
          entry == "box"};
}
inline constexpr Place kPlaces[] = {
    place("point", "who", "point"),
    place("keep_point", "also_keep", "point"),
    place("keep_corner", "also_keep", "box"),
    place("keep_opposite", "also_keep", "box"),
    place("leave_point", "leave_out", "point"),
    place("leave_corner", "leave_out", "box"),
    place("leave_opposite", "leave_out", "box"),
};
inline constexpr int kPlaceCount = sizeof(kPlaces) / sizeof(kPlaces[0]);
inline constexpr int kPeople = control_index("people");
inline constexpr int kPartsOf = control_index("parts_of");
inline constexpr int kPartsOfEveryone = option_index(kPartsOf, "everyone");
inline constexpr int kPersonParts = control_index("person_parts");
inline constexpr int kOutput = control_index("output");
inline constexpr int kOutputUnpremultiplied = option_index(kOutput, "unpremultiplied");
inline constexpr int kOutputComp = option_index(kOutput, "comp");
inline constexpr int kOutputPacked = option_index(kOutput, "packed");
inline constexpr int kPack[] = {control_index("pack_r"), control_index("pack_g"),
                                control_index("pack_b"), control_index("pack_a")};
inline constexpr int kAlphaModel = control_index("alpha_model");
inline constexpr int kAlphaOwn = option_index(kAlphaModel, "own");
inline constexpr int kEdgeModel = control_index("edge_model");
inline constexpr int kEdgeOwn = option_index(kEdgeModel, "own");
inline constexpr int kSteady = control_index("steady");
inline constexpr int kWindow = control_index("window");
inline constexpr int kStatus = control_index("status");
inline constexpr int kRefresh = control_index("refresh");
inline constexpr int kKeepScreen = control_index("keep_screen");
inline constexpr int kReloadShot = control_index("reload_shot");
inline constexpr int kShotRead = control_index("shot_read");
inline constexpr int kScreenKept = control_index("screen_kept");

}  // namespace anatomatte
