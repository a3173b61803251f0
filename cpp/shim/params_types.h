// The shape of one row of the generated table (params.h).
#pragma once

namespace anatomatte {

enum class Kind { choice_, double_, int_, bool_, rgb_, point_, line_, file_, button_, text_ };

struct Control {
  const char* name;
  Kind kind;
  const char* label;
  const char* hint;
  const char* page;
  const char* unit;  // "px", "px2", "at" or ""
  double number[3];  // the default; of a choice its index
  const char* text;  // the default of a text or a line
  double low, high;  // hard range
  double slider_low, slider_high;
  const char* const* labels;  // of a choice
  const char* const* keys;
  int n_options;
  bool animates;
  bool inert;         // changes no pixel
  const char* group;  // of its page, shut at first; "" for none
  bool hides;         // where it has no effect, instead of being greyed
};

// A control has an effect only while the menu of another stands on one of these entries.
struct Need {
  int control;
  int decider;
  unsigned long long entries;  // a bit for each
};

}  // namespace anatomatte
