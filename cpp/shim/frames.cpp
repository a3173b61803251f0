#include "frames.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "image.h"
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

bool other_engines(const Instance& node, OfxTime time) {
  return node.choice(kAlphaModel, time) != kAlphaOwn || node.choice(kEdgeModel, time) != kEdgeOwn;
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
  return engine->reach(question) == ANM_OK && question->first <= question->last;
}

AnmResult refuse(AnmFetch* wanted, const std::string& sentence) {
  if (wanted->message && wanted->message_size) {
    std::snprintf(wanted->message, wanted->message_size, "%s", sentence.c_str());
  }
  return ANM_PLATE;
}

}  // namespace

AnmRange source_range(const Instance& node) {
  const Properties& clip = node.input(kSourceClip).properties;
  const AnmRange range = read_range(clip, kOfxImageEffectPropFrameRange);
  return range.known ? range : read_range(clip, kOfxImageEffectPropUnmappedFrameRange);
}

OfxStatus frames_needed(const Instance& node, const Properties& in, const Properties& out) {
  const OfxTime time = in.number_or(kOfxPropTime, 0.0);
  AnmReach question{};
  if (!host_facts().other_frames || !other_engines(node, time) ||
      !ask_reach(node, time, &question)) {
    return kOfxStatReplyDefault;
  }
  for (int i = 0; i < kInputCount; ++i) {
    if (!node.input(i).connected()) continue;
    const std::string name = std::string(kRangeOf) + kInputs[i].name;
    int at = 0;
    const bool adjoining = i == kSourceClip && question.last + 1 >= time && question.last <= time;
    if (i == kSourceClip) {
      out.set(name.c_str(), question.first, at++);
      out.set(name.c_str(), adjoining ? time : question.last, at++);
    }
    if (adjoining) continue;
    out.set(name.c_str(), time, at++);
    out.set(name.c_str(), time, at);
  }
  return kOfxStatOK;
}

AnmResult lend_source(const Instance& node, AnmFetch* wanted) {
  char frame[32];
  std::snprintf(frame, sizeof(frame), "%g", wanted->time);
  try {
    const Image image(node.input(kSourceClip), wanted->time);
    if (!image.found() || image.empty()) {
      return refuse(wanted, std::string("The host gave no picture of Source at frame ") + frame +
                                ", which this frame needs because a network that was chosen "
                                "remembers the frames before: check the plate's frame range and "
                                "that its files can be read, or choose another model.");
    }
    wanted->take(wanted->taker, &image.view());
    return ANM_OK;
  } catch (const Failure& failure) {
    return refuse(wanted, std::string(failure.what()) + " It is frame " + frame + ".");
  } catch (const std::bad_alloc&) {
    return ANM_MEMORY;
  }
}

}  // namespace anatomatte
