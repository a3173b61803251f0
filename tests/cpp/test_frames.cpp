// Other frames: which are needed, how they and the controls there are lent, what happens when there
// are none.
#include <cstring>

#include "check.h"
#include "fake_runtime.h"
#include "nuke/fnOfxExtensions.h"
#include "table.h"

using fake::Bench;
using fake::Host;
using fake::PropertySet;
using fake::Runtime;

namespace {

constexpr char kRange[] = "OfxImageClipPropFrameRange_Source";

void choose(Bench& bench, const char* control, int option) {
  bench.node->param(control)->number[0] = option;
}

PropertySet needed(Bench& bench, double time, OfxStatus status) {
  PropertySet in, out;
  in.set(kOfxPropTime, {time});
  CHECK_EQ(bench.act(kOfxImageEffectActionGetFramesNeeded, &in, &out), status);
  return out;
}

void declares_access_to_other_frames() {
  Bench bench;
  CHECK_EQ(bench.descriptor.properties.integer(kOfxImageEffectPropTemporalClipAccess), 1);
  for (const auto& clip : bench.descriptor.clips) {
    if (clip->name == "Output") continue;
    CHECK_EQ(clip->properties.integer(kOfxImageEffectPropTemporalClipAccess),
             clip->name == "Bg" ? 0 : 1);
  }
}

void asks_the_engine_only_where_others_may_count() {
  Bench bench;
  int asked = 0;
  Runtime::get().reach = [&asked](AnmReach* question) {
    ++asked;
    CHECK(question->n_values > 20);
    question->first = question->time - 5;
    question->last = question->time - 1;
    return ANM_OK;
  };
  bench.node->param("steady")->number[0] = 0.0;
  CHECK_EQ(needed(bench, 10, kOfxStatReplyDefault).size(kRange), size_t{0});
  CHECK_EQ(asked, 0);
  choose(bench, "alpha_model", anatomatte::kAlphaOwn + 1);
  PropertySet out = needed(bench, 10, kOfxStatOK);
  CHECK_EQ(out.size(kRange), size_t{2});
  CHECK_EQ(out.number(kRange, 0), 5.0);
  CHECK_EQ(out.number(kRange, 1), 10.0);
  choose(bench, "alpha_model", anatomatte::kAlphaOwn);
  choose(bench, "edge_model", anatomatte::kEdgeOwn + 1);
  CHECK_EQ(needed(bench, 10, kOfxStatOK).number(kRange, 0), 5.0);
  CHECK_EQ(asked, 2);
  choose(bench, "edge_model", anatomatte::kEdgeOwn);
  choose(bench, "window", 0);
  bench.node->param("steady")->number[0] = 1.0;
  CHECK_EQ(needed(bench, 10, kOfxStatReplyDefault).size(kRange), size_t{0});
  choose(bench, "window", 1);
  CHECK_EQ(needed(bench, 10, kOfxStatOK).size(kRange), size_t{2});
  CHECK_EQ(asked, 3);
}

// A range on one side and on the other, of Source and of the rest.
void both_sides_are_named_for_every_clip_but_the_background() {
  Bench bench;
  bench.node->param("steady")->number[0] = 1.0;
  for (const char* clip : {"InM", "CleanPlate", "Bg"}) {
    Host::get().connect(*bench.node, clip, fake::picture(0, 0, 8, 6));
  }
  Runtime::get().reach = [](AnmReach* question) {
    question->first = 3;
    question->last = 12;
    question->clips_first = 8;
    question->clips_last = 12;
    return ANM_OK;
  };
  PropertySet out = needed(bench, 10, kOfxStatOK);
  const auto named = [&out](const std::string& clip, double first, double last) {
    const std::string name = "OfxImageClipPropFrameRange_" + clip;
    CHECK_EQ(out.size(name), size_t{2});
    CHECK_EQ(out.number(name, 0), first);
    CHECK_EQ(out.number(name, 1), last);
  };
  named("Source", 3, 12);
  named("InM", 8, 12);
  named("CleanPlate", 8, 12);
  named("Bg", 10, 10);
  CHECK_EQ(out.size("OfxImageClipPropFrameRange_Hint"), size_t{0});
  out = needed(bench, 7, kOfxStatOK);  // one frame before those of the clips: they adjoin
  CHECK_EQ(out.number("OfxImageClipPropFrameRange_InM", 0), 7.0);
  out = needed(bench, 9.5, kOfxStatOK);
  CHECK_EQ(out.size("OfxImageClipPropFrameRange_InM"), size_t{4});
  CHECK_EQ(out.number("OfxImageClipPropFrameRange_InM", 2), 9.5);
}

void other_clips_and_times_between_frames() {
  Bench bench;
  choose(bench, "alpha_model", anatomatte::kAlphaOwn + 1);
  Host::get().connect(*bench.node, "OutM", fake::picture(0, 0, 8, 6, kOfxImageComponentAlpha));
  Runtime::get().reach = [](AnmReach* question) {
    question->first = 3;
    question->last = 9;
    question->clips_last = question->clips_first - 1;
    return ANM_OK;
  };
  PropertySet out = needed(bench, 10.5, kOfxStatOK);
  CHECK_EQ(out.size(kRange), size_t{4});
  CHECK_EQ(out.number(kRange, 1), 9.0);
  CHECK_EQ(out.number(kRange, 2), 10.5);
  CHECK_EQ(out.number("OfxImageClipPropFrameRange_OutM", 0), 10.5);
  CHECK_EQ(out.number("OfxImageClipPropFrameRange_OutM", 1), 10.5);
  CHECK_EQ(out.size("OfxImageClipPropFrameRange_Bg"), size_t{0});
  Runtime::get().reach = [](AnmReach*) { return ANM_SETTINGS; };  // the render will say why
  CHECK_EQ(needed(bench, 10, kOfxStatReplyDefault).size(kRange), size_t{0});
  Runtime::get().refusal = "No Python.";
  CHECK_EQ(needed(bench, 10, kOfxStatReplyDefault).size(kRange), size_t{0});
}

// The engine's side: the first number of a frame, or the failure.
AnmResult fetch(AnmCall* call, double time, float* value, std::string* sentence,
                const char* clip = "Source") {
  char message[512] = "";
  AnmFetch wanted{};
  wanted.size = sizeof(wanted);
  wanted.clip = clip;
  wanted.time = time;
  wanted.taker = value;
  wanted.take = [](void* taker, const AnmImage* image) {
    CHECK_EQ(Host::get().images_out.load(), 3);  // Source, Output and this one
    *static_cast<float*>(taker) = *static_cast<const float*>(image->data);
  };
  wanted.message = message;
  wanted.message_size = sizeof(message);
  const AnmResult result = call->fetch(call->host, &wanted);
  *sentence = message;
  return result;
}

void lends_a_frame_and_takes_it_back() {
  Bench bench;
  bench.node->clip("Source")->properties.set(kOfxImageEffectPropFrameRange, {3.0, 90.0});
  bench.node->clip("Source")->picture->real(0, 0, 0) = 0.25f;
  Runtime::get().render = [](AnmCall* call) {
    CHECK_EQ(call->range.known, 1);
    CHECK_EQ(call->range.first, 3.0);
    CHECK_EQ(call->sequence, uint64_t{0});
    float value = 0;
    std::string sentence;
    CHECK_EQ(int{fetch(call, 7, &value, &sentence)}, int{ANM_OK});
    CHECK_EQ(value, 0.25f);
    CHECK_EQ(Host::get().images_out.load(), 2);
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Runtime::get().calls, 1);
}

void every_clip_is_lent_and_what_is_not_there_is_absent() {
  Bench bench;
  Host::get().connect(*bench.node, "OutM", fake::picture(0, 0, 8, 6, kOfxImageComponentAlpha));
  bench.node->clip("OutM")->picture->real(0, 0, 0) = 0.75f;
  bench.node->clip("Source")->properties.set(kOfxImageEffectPropFrameRange, {3.0, 9.0});
  Runtime::get().render = [](AnmCall* call) {
    float value = 0;
    std::string sentence;
    Host::get().images_out = 2;  // OutM of this frame is out as well
    CHECK_EQ(int{fetch(call, 7, &value, &sentence, "OutM")}, int{ANM_OK});
    CHECK_EQ(value, 0.75f);
    CHECK_EQ(int{fetch(call, 7, &value, &sentence, "InM")}, int{ANM_ABSENT});
    for (const double outside : {2.0, 10.0}) {  // the host would repeat a frame there
      CHECK_EQ(int{fetch(call, outside, &value, &sentence)}, int{ANM_ABSENT});
    }
    CHECK_EQ(int{fetch(call, 10, &value, &sentence, "OutM")}, int{ANM_OK});
    CHECK_EQ(int{fetch(call, 7, &value, &sentence, "Output")}, int{ANM_PLATE});
    CHECK(sentence.find("which the node has not") != std::string::npos);
    Host::get().images_out = 3;
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Host::get().images_out.load(), 0);
}

void absence_is_told_apart_from_failures() {
  Bench bench;
  Runtime::get().render = [&bench](AnmCall* call) {
    float value = 0;
    std::string sentence;
    fake::Clip& source = *bench.node->clip("Source");
    auto there = std::move(source.picture);
    for (const OfxStatus lacks : {kOfxStatFailed, kOfxStatOK}) {  // as the standard has it, as MLT
      source.lacks = lacks;
      CHECK_EQ(int{fetch(call, 7, &value, &sentence)}, int{ANM_ABSENT});
    }
    source.lacks = kOfxStatErrUnknown;
    CHECK_EQ(int{fetch(call, 7, &value, &sentence)}, int{ANM_PLATE});
    CHECK(sentence.find("Source at frame 7") != std::string::npos);
    there->properties.set(kOfxImageEffectPropPixelDepth, {std::string("OfxBitDepthOdd")});
    source.picture = std::move(there);
    CHECK_EQ(int{fetch(call, 8, &value, &sentence)}, int{ANM_PLATE});
    CHECK(sentence.find("OfxBitDepthOdd") != std::string::npos);
    CHECK(sentence.find("frame 8") != std::string::npos);
    return fake::refuse(call, ANM_PLATE, sentence.c_str());
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatFailed);
  CHECK(Host::get().messages.back().find("frame 8") != std::string::npos);
}

// One control at a time, as the engine is told it.
double control_at(AnmCall* call, double time, const char* name) {
  struct Seen {
    const char* name;
    double number;
    int32_t count;
  } seen{name, -1, 0};
  AnmAsk wanted{};
  wanted.size = sizeof(wanted);
  wanted.time = time;
  wanted.taker = &seen;
  wanted.take = [](void* taker, const AnmValue* values, int32_t count) {
    auto* found = static_cast<Seen*>(taker);
    found->count = count;
    for (int32_t i = 0; i < count; ++i) {
      if (!strcmp(values[i].name, found->name)) found->number = values[i].number[0];
    }
  };
  CHECK_EQ(int{call->values_at(call->host, &wanted)}, int{ANM_OK});
  CHECK_EQ(seen.count, call->n_values);
  return seen.number;
}

void the_controls_at_another_time_are_those_there() {
  Bench bench;
  bench.node->param("erode")->drift = 0.5;
  Runtime::get().render = [](AnmCall* call) {
    CHECK_EQ(control_at(call, 7, "erode"), 3.5);
    CHECK_EQ(control_at(call, 8, "erode"), 4.0);
    CHECK_EQ(control_at(call, 8, "soften"), 0.0);
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
}

void an_aborting_host_is_not_blamed() {
  Bench bench;
  Runtime::get().render = [](AnmCall* call) {
    Host::get().abort = [] { return 1; };
    float value = 0;
    std::string sentence;
    CHECK_EQ(int{fetch(call, 7, &value, &sentence)}, int{ANM_CANCELLED});
    AnmAsk wanted{};
    wanted.size = sizeof(wanted);
    CHECK_EQ(int{call->values_at(call->host, &wanted)}, int{ANM_CANCELLED});
    return ANM_CANCELLED;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Host::get().messages.size(), size_t{0});
}

uint64_t sequence_seen(Bench& bench, int view = 0) {
  uint64_t seen = 0;
  Runtime::get().render = [&seen](AnmCall* call) {
    seen = call->sequence;
    fake::mark_window(*call);
    return ANM_OK;
  };
  PropertySet arguments = fake::render_arguments(0, 0, 8, 6);
  arguments.set(kFnOfxImageEffectPropView, {view});
  CHECK_EQ(bench.act(kOfxImageEffectActionRender, &arguments), kOfxStatOK);
  return seen;
}

void a_sequence_has_a_number_of_its_own() {
  Bench bench;
  PropertySet in;
  CHECK_EQ(sequence_seen(bench), uint64_t{0});
  in.set(kOfxPropIsInteractive, {1});
  bench.act(kOfxImageEffectActionBeginSequenceRender, &in);
  CHECK_EQ(sequence_seen(bench), uint64_t{0});  // the artist may change what comes before
  bench.act(kOfxImageEffectActionEndSequenceRender, &in);
  in.set(kOfxPropIsInteractive, {0});
  bench.act(kOfxImageEffectActionBeginSequenceRender, &in);
  const uint64_t first = sequence_seen(bench);
  CHECK(first != 0);
  CHECK_EQ(sequence_seen(bench), first);
  CHECK(sequence_seen(bench, 1) != first);
  PropertySet change;
  change.set(kOfxPropType, {std::string(kOfxTypeParameter)});
  change.set(kOfxPropName, {std::string("erode")});
  bench.act(kOfxActionInstanceChanged, &change);
  CHECK_EQ(sequence_seen(bench), first);
  change.set(kOfxPropType, {std::string(kOfxTypeClip)});
  change.set(kOfxPropName, {std::string("Source")});
  bench.act(kOfxActionInstanceChanged, &change);
  const uint64_t second = sequence_seen(bench);
  CHECK(second != 0 && second != first);
  bench.act(kOfxImageEffectActionEndSequenceRender, &in);
  CHECK_EQ(sequence_seen(bench), uint64_t{0});
}

}  // namespace

int main() {
  declares_access_to_other_frames();
  asks_the_engine_only_where_others_may_count();
  other_clips_and_times_between_frames();
  both_sides_are_named_for_every_clip_but_the_background();
  lends_a_frame_and_takes_it_back();
  every_clip_is_lent_and_what_is_not_there_is_absent();
  absence_is_told_apart_from_failures();
  the_controls_at_another_time_are_those_there();
  an_aborting_host_is_not_blamed();
  a_sequence_has_a_number_of_its_own();
  return verdict("frames");
}
