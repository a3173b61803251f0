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

constexpr bool carries_value(const Control& control) {
  return control.kind != Kind::button_ && control.kind != Kind::text_;
}

inline constexpr int kScreen = control_index("screen");
inline constexpr int kScreenPicked = option_index(kScreen, "picked");
inline constexpr int kScreenColour = control_index("screen_colour");
inline constexpr int kOutput = control_index("output");
inline constexpr int kOutputPremultiplied = option_index(kOutput, "premultiplied");
inline constexpr int kOutputComp = option_index(kOutput, "comp");
inline constexpr int kOutputPacked = option_index(kOutput, "packed");
inline constexpr int kPack[] = {control_index("pack_r"), control_index("pack_g"),
                                control_index("pack_b"), control_index("pack_a")};
inline constexpr int kStatus = control_index("status");
inline constexpr int kRefresh = control_index("refresh");

}  // namespace anatomatte
