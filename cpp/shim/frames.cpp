#include "frames.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <new>
#include <string>

#include "image.h"
#include "planes.h"
#include "runtime.h"
#include "status.h"

namespace anatomatte {
namespace {

// The standard has this name as a prefix of a clip's name only, without a macro.
constexpr char kRangeOf[] = "OfxImageClipPropFrameRange_";

// Generators are said to last for ever, in the host's own idea of it.
bool endless(double frame) {
  return !std::isfinite(frame) || std::fabs(frame) >= std::numeric_limits<int>::max() / 2;
}

AnmRange read_range(const Properties& clip, const char* name) {
  AnmRange range{};
  const bool told = clip.number(name, &range.first, 0) && clip.number(name, &range.last, 1);
  const bool ends = told && !endless(range.first) && !endless(range.last);
  range.known = ends && range.first <= range.last ? 1 : 0;
  return range;
}

// Spares a node that looks at no other frame the start of the engine.
bool may_look_around(const Instance& node, OfxTime time) {
  return node.choice(kAlphaModel, time) != kAlphaOwn || node.choice(kEdgeModel, time) != kEdgeOwn ||
         (node.number(kSteady, time) > 0.0 && node.whole(kWindow, time) > 0);
}

// Whether the frame depends on others.  What cannot be told now, the render will fail to tell.
bool ask_reach(const Instance& node, OfxTime time, AnmReach* question) {
  std::string why;
  const AnmEngine* engine = runtime_engine(&why);
  if (!engine || engine->size < sizeof(AnmEngine) || !engine->reach) return false;
  const FrameValues values = node.values(time);
  question->size = sizeof(*question);
  question->time = time;
  question->range = source_range(node);
  question->values = values.rows.data();
  question->n_values = static_cast<int32_t>(values.rows.size());
  return engine->reach(question) == ANM_OK &&
         (question->first <= question->last || question->clips_first <= question->clips_last);
}

// Says that a clip is needed at `time`, and at the others, in one range where they adjoin.
void need(const Properties& out, const char* clip, OfxTime time, double first, double last) {
  const std::string name = std::string(kRangeOf) + clip;
  const bool others = first <= last;
  const bool adjoining =
      others && first - 1 <= time && time <= last + 1 && time == std::floor(time);
  int at = 0;
  if (others) {
    out.set(name.c_str(), adjoining ? std::min(first, time) : first, at++);
    out.set(name.c_str(), adjoining ? std::max(last, time) : last, at++);
  }
  if (adjoining) return;
  out.set(name.c_str(), time, at++);
  out.set(name.c_str(), time, at);
}

AnmResult refuse(char* message, size_t size, const std::string& sentence) {
  if (message && size) std::snprintf(message, size, "%s", sentence.c_str());
  return ANM_PLATE;
}

// Hosts repeat a plate's first and last frame outside of it; those are no frames of the shot.
bool outside(const AnmRange& range, double time) {
  return range.known && (time < range.first - 1e-3 || time > range.last + 1e-3);
}

int input_index(const std::string& name) {
  for (int i = 0; i < kInputCount; ++i) {
    if (name == kInputs[i].name) return i;
  }
  throw Failure("The engine asked for the clip " + name + ", which the node has not.", kBug);
}

}  // namespace

AnmRange source_range(const Instance& node) {
  const Properties& clip = node.input(kSourceClip).properties;
  const AnmRange range = read_range(clip, kOfxImageEffectPropFrameRange);
  return range.known ? range : read_range(clip, kOfxImageEffectPropUnmappedFrameRange);
}

OfxStatus frames_needed(const Instance& node, const Properties& in, const Properties& out) {
  const OfxTime time = in.number_or(kOfxPropTime, 0.0);
  AnmReach told{};
  if (!host_facts().other_frames || !may_look_around(node, time) || !ask_reach(node, time, &told)) {
    return kOfxStatReplyDefault;
  }
  for (int i = 0; i < kInputCount; ++i) {
    if (!node.input(i).connected()) continue;
    if (i == kSourceClip) {
      need(out, kInputs[i].name, time, told.first, told.last);
    } else if (i == kBgClip) {
      need(out, kInputs[i].name, time, 0.0, -1.0);
    } else {
      need(out, kInputs[i].name, time, told.clips_first, told.clips_last);
    }
  }
  return kOfxStatOK;
}

AnmResult lend(const Instance& node, AnmFetch* wanted) {
  char frame[32];
  std::snprintf(frame, sizeof(frame), "%g", wanted->time);
  try {
    const int index = input_index(wanted->clip);
    const Clip& clip = node.input(index);
    if (!clip.connected()) return ANM_ABSENT;
    if (index == kSourceClip && outside(source_range(node), wanted->time)) return ANM_ABSENT;
    const Image image(clip, wanted->time);
    if (image.refused()) {
      return refuse(wanted->message, wanted->message_size,
                    std::string("The host could not hand over ") + wanted->clip + " at frame " +
                        frame + ", which this frame needs (" + image.refusal() +
                        "): check that its file can be read, or look at fewer frames around.");
    }
    if (!image.found() || image.empty()) return ANM_ABSENT;
    wanted->take(wanted->taker, &image.view());
    return ANM_OK;
  } catch (const Failure& failure) {
    return refuse(wanted->message, wanted->message_size,
                  std::string(failure.what()) + " It is frame " + frame + ".");
  } catch (const std::bad_alloc&) {
    return ANM_MEMORY;
  }
}

AnmResult lend_values(const Instance& node, const std::string& plane, AnmAsk* wanted) {
  try {
    FrameValues values = node.values(wanted->time);
    select_plane(plane, &values.rows);
    wanted->take(wanted->taker, values.rows.data(), static_cast<int32_t>(values.rows.size()));
    return ANM_OK;
  } catch (const Failure& failure) {
    return refuse(wanted->message, wanted->message_size, failure.what());
  } catch (const std::bad_alloc&) {
    return ANM_MEMORY;
  }
}

}  // namespace anatomatte
