#include "render.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "frames.h"
#include "image.h"
#include "planes.h"
#include "progress.h"
#include "runtime.h"
#include "status.h"

namespace anatomatte {
namespace {

struct Request {
  OfxTime time = 0.0;
  double scale[2] = {1.0, 1.0};
  int window[4] = {0, 0, 0, 0};
  bool draft = false;
  uint64_t sequence = 0;
  std::string plane;  // as the host spells it; empty for the picture
};

// A pending answer: what was not rendered must not look like a picture.
class Window {
 public:
  Window(const AnmImage& output, const int window[4]) : output_(output), window_(window) {}
  ~Window() {
    if (!kept_) clear(output_, window_);
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  void keep() { kept_ = true; }

 private:
  const AnmImage& output_;
  const int* window_;
  bool kept_ = false;
};

// The callbacks of a call, made from the thread that the host rendered on.
class Watch {
 public:
  explicit Watch(const Instance& node) : node_(node), effect_(node.effect()), bar_(node.effect()) {}

  // The plane that is rendered: controls at another time are handed over as it has them.
  void render_of(const std::string& plane) { plane_ = plane; }

  bool aborted() {
    const auto ask = suites().effect->abort;
    aborted_ = aborted_ || bar_.cancelled() || (ask && ask(effect_) != 0);
    return aborted_;
  }
  static int32_t on_abort(void* watch) { return static_cast<Watch*>(watch)->aborted() ? 1 : 0; }
  static void on_progress(void* watch, double fraction) {
    static_cast<Watch*>(watch)->bar_.update(fraction);
  }
  // An aborting host gives no pictures any more, which is no fault of the plate.
  static AnmResult on_fetch(void* watch, AnmFetch* wanted) {
    auto* self = static_cast<Watch*>(watch);
    if (self->aborted()) return ANM_CANCELLED;
    const AnmResult result = lend(self->node_, wanted);
    return result != ANM_OK && self->aborted() ? ANM_CANCELLED : result;
  }
  static AnmResult on_values(void* watch, AnmAsk* wanted) {
    auto* self = static_cast<Watch*>(watch);
    return self->aborted() ? ANM_CANCELLED : lend_values(self->node_, self->plane_, wanted);
  }

 private:
  const Instance& node_;
  OfxImageEffectHandle effect_;
  ProgressBar bar_;
  std::string plane_;
  bool aborted_ = false;
};

std::string at_frame(OfxTime time) {
  char text[48];
  std::snprintf(text, sizeof(text), " at frame %g", time);
  return text;
}

bool draft_wanted(const Properties& args) {
  int draft = 0;
  // Hosts that do not know draft quality still say whether a person is dragging something.
  if (args.integer(kOfxImageEffectPropRenderQualityDraft, &draft)) return draft != 0;
  return args.integer_or(kOfxImageEffectPropInteractiveRenderStatus, 0) != 0;
}

Request read_request(const Properties& args, const AnmImage& output) {
  Request request;
  request.time = args.number_or(kOfxPropTime, 0.0);
  for (int i = 0; i < 2; ++i) {
    double scale = 1.0;
    if (args.number(kOfxImageEffectPropRenderScale, &scale, i) && scale > 0.0) {
      request.scale[i] = scale;
    }
  }
  if (!args.rectangle(kOfxImageEffectPropRenderWindow, request.window)) {
    std::copy(output.bounds, output.bounds + 4, request.window);
  }
  for (int i = 0; i < 2; ++i) {
    request.window[i] = std::max(request.window[i], output.bounds[i]);
    request.window[i + 2] = std::min(request.window[i + 2], output.bounds[i + 2]);
  }
  request.draft = draft_wanted(args);
  return request;
}

// Two views of one sequence have plates of their own.
uint64_t sequence_of(const Instance& node, const Properties& args) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
  const uint64_t number = node.sequence();
  const auto view = static_cast<uint64_t>(args.integer_or(kFnOfxImageEffectPropView, 0));
  return number ? (number + view * kOdd) | 1 : 0;
}

void refuse_fields(const Properties& args) {
  const std::string field = args.text_or(kOfxImageEffectPropFieldToRender, kOfxImageFieldNone);
  if (field == kOfxImageFieldLower || field == kOfxImageFieldUpper ||
      field == kOfxImageFieldSingle || field == kOfxImageFieldDoubled) {
    throw Failure(
        "The host asked for a single field; Anatomatte keys whole frames: de-interlace the plate "
        "and make the project progressive.",
        kPlate);
  }
}

// Source must be there; another clip without a picture counts as not connected.
std::vector<Image> fetch_inputs(const Instance& node, OfxTime time) {
  std::vector<Image> images;
  images.reserve(kInputCount);
  for (int i = 0; i < kInputCount; ++i) {
    const Clip& clip = node.input(i);
    const bool source = i == kSourceClip;
    if (!clip.connected()) {
      if (source) throw Failure("Source is not connected: connect the plate to it.", kPlate);
      continue;
    }
    Image image(clip, time);
    if (image.found() && !image.empty()) {
      images.push_back(std::move(image));
    } else if (source) {
      throw Failure("Source has no picture" + at_frame(time) +
                        ": check the plate's frame range and that its files can be read.",
                    kPlate);
    }
  }
  return images;
}

OfxStatus answer(AnmResult result, const std::string& sentence, Window& window) {
  switch (result) {
    case ANM_OK:
      window.keep();
      return kOfxStatOK;
    case ANM_CANCELLED:
      throw Failure(sentence.empty() ? "The frame was cancelled." : sentence, kBug);
    case ANM_MEMORY:
      throw Failure(sentence.empty() ? "The frame does not fit into memory." : sentence,
                    kOfxStatErrMemory, kMemory);
    case ANM_SETTINGS:
      throw Failure(sentence, kSettings);
    case ANM_PLATE:
      throw Failure(sentence, kPlate);
    case ANM_SETUP:
      throw Failure(sentence, kSetup);
    default:
      throw Failure(sentence.empty() ? "The engine failed without a word." : sentence, kBug);
  }
}

OfxStatus call_engine(Instance& node, const Request& request, const std::vector<Image>& inputs,
                      const AnmImage& output, Watch& watch, Window& window) {
  std::string why;
  const AnmEngine* engine = runtime_engine(&why);
  if (!engine) throw Failure(why);
  std::vector<AnmImage> views;
  for (const Image& image : inputs) views.push_back(image.view());
  FrameValues values = node.values(request.time);
  select_plane(request.plane, &values.rows);
  char message[16384] = "";
  AnmCall call{};
  call.size = sizeof(call);
  call.time = request.time;
  std::copy(request.scale, request.scale + 2, call.scale);
  std::copy(request.window, request.window + 4, call.window);
  call.draft = request.draft ? 1 : 0;
  call.inputs = views.data();
  call.n_inputs = static_cast<int32_t>(views.size());
  call.output = &output;
  call.values = values.rows.data();
  call.n_values = static_cast<int32_t>(values.rows.size());
  call.host = &watch;
  call.aborted = &Watch::on_abort;
  call.progress = &Watch::on_progress;
  call.message = message;
  call.message_size = sizeof(message);
  call.range = source_range(node);
  call.sequence = request.sequence;
  if (host_facts().other_frames) {
    watch.render_of(request.plane);
    call.fetch = &Watch::on_fetch;
    call.values_at = &Watch::on_values;
  }
  const AnmResult result = engine->render(&call);
  message[sizeof(message) - 1] = '\0';
  if (result == ANM_OK) node.keep_account(request.time, message);
  return answer(result, message, window);
}

// One plane; the inputs are fetched once for all of them.
OfxStatus render_plane(Instance& node, const Properties& args, const std::string& plane,
                       Watch& watch, std::vector<Image>* inputs) {
  const OfxTime time = args.number_or(kOfxPropTime, 0.0);
  const Image output(node.output(), time, plane);
  if (!output.found()) {
    if (watch.aborted()) return kOfxStatOK;
    throw Failure("The host gave no picture to write to" + at_frame(time) + ".");
  }
  Request request = read_request(args, output.view());
  request.plane = plane;
  request.sequence = sequence_of(node, args);
  const bool nothing = request.window[0] >= request.window[2] ||  //
                       request.window[1] >= request.window[3];
  if (nothing) return kOfxStatOK;
  Window window(output.view(), request.window);
  refuse_fields(args);
  if (watch.aborted()) return kOfxStatOK;
  try {
    if (inputs->empty()) *inputs = fetch_inputs(node, time);
    return call_engine(node, request, *inputs, output.view(), watch, window);
  } catch (const Failure&) {
    if (watch.aborted()) return kOfxStatOK;  // an aborting host takes its pictures away first
    throw;
  }
}

}  // namespace

// Exactly the planes that the host lists: Natron stands still for ever over one more.
OfxStatus render(Instance& node, const Properties& args) {
  Watch watch(node);
  std::vector<Image> inputs;
  for (const std::string& plane : planes_wanted(args)) {
    const OfxStatus status = render_plane(node, args, plane, watch, &inputs);
    if (status != kOfxStatOK || watch.aborted()) return status;
  }
  return kOfxStatOK;
}

}  // namespace anatomatte
