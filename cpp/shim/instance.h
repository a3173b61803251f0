// One node: its clips, its controls, and what it last told the artist.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "clips.h"
#include "engine_api.h"
#include "suites.h"
#include "table.h"
#include "told.h"

namespace anatomatte {

struct Clip {
  const char* name = nullptr;
  bool optional = false;
  OfxImageClipHandle handle = nullptr;
  Properties properties;

  // Source counts as connected where the host does not say; the optional clips do not.
  bool connected() const;
  bool region_of_definition(OfxTime time, OfxRectD* region) const;
};

// The values of one frame, and the texts that they point to.
struct FrameValues {
  std::vector<AnmValue> rows;
  std::deque<std::string> texts;
};

class Instance {
 public:
  // Raises Failure when the host does not give the handles.
  explicit Instance(OfxImageEffectHandle effect);

  OfxImageEffectHandle effect() const { return effect_; }
  const Clip& input(int index) const { return inputs_[index]; }
  const Clip& output() const { return output_; }

  // The menu position of a choice, always a valid one.
  int choice(int control, OfxTime time) const;
  // Whether a box is ticked.
  bool ticked(int control, OfxTime time) const;
  // A number as it is.
  double number(int control, OfxTime time) const;
  // The nearest whole number of a number.
  int whole(int control, OfxTime time) const;
  // Every control that carries a value, in the order of the table.
  FrameValues values(OfxTime time) const;

  // Hides and dims what the present settings make meaningless.
  void show_what_counts() const;
  // Puts a point that nobody has moved, or that lies outside of the plate, into the plate's middle,
  // once the artist wants what it lies on: its handle is then seen where the choice falls.
  void place_point(const std::string& menu, OfxTime time);
  // Writes what is known of this node's frames into its Status, without asking the engine: for
  // actions in which a parameter may be set.
  void show_status();
  // The Refresh button: the same, and how the engine runs; and the last frame's account into the
  // hidden parameter.
  void refresh_status();
  // The Keep button: writes what was decided on a screen at the last frame into its control.
  void keep_decision();
  // Has the host ask for every frame anew: the shot's file may be another one now.
  void reload_shot();
  // What the engine said of a frame that this node rendered; no action of rendering may set a
  // parameter.
  void keep_account(OfxTime time, const std::string& said) { told_.made(time, said); }

  // Brackets of the host: within one, and until it connects another clip, plates stay what they
  // are.
  void begin_sequence(bool interactive);
  void end_sequence() { sequence_ = 0; }
  void clip_changed();
  // Unlike any other sequence's, in any process; 0 outside of one.
  uint64_t sequence() const { return sequence_; }

  // A failure's sentence, and its end with the next frame that succeeds.
  void complain(OfxTime time, const std::string& failure, const char* id);
  void all_is_well();

 private:
  // Where a point came to stand without an artist.
  struct Put {
    bool known = false;
    double x = 0.0, y = 0.0;
  };

  std::string read_text(int control, OfxTime time) const;
  void read_number(int control, OfxTime time, double number[3]) const;
  const char* entry(int control, OfxTime time, std::deque<std::string>* texts) const;
  void set_flag(int control, const char* property, bool on) const;
  bool has_effect(int control) const;
  // Whether a point of kPlaces stands where the host or the node put it, and not an artist.
  bool point_is_untouched(int place, OfxTime time) const;
  void take_middle(int control, OfxTime time, double number[3]) const;
  void write_status(const std::string& text);

  OfxImageEffectHandle effect_;
  OfxParamSetHandle params_ = nullptr;
  std::array<OfxParamHandle, kControlCount> controls_{};
  std::array<Clip, kInputCount> inputs_;
  Clip output_;
  std::atomic<uint64_t> sequence_{0};
  std::mutex message_mutex_;
  OfxParamHandle account_param_ = nullptr;
  Told told_;
  std::string how_it_runs_;   // of the last Refresh
  std::string shown_status_;  // set by actions of the panel only, which come one at a time
  mutable std::mutex places_mutex_;
  std::array<Put, kPlaceCount> put_by_itself_{};
  std::string message_;  // what stands in the host now; empty when nothing does
};

}  // namespace anatomatte
