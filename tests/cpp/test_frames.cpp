// Other frames of Source: which are needed, how they are lent, what happens when there are none.
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
             clip->name == "Source" ? 1 : 0);
  }
}

void asks_the_engine_only_for_engines_of_others() {
  Bench bench;
  int asked = 0;
  Runtime::get().reach = [&asked](AnmReach* question) {
    ++asked;
    CHECK(question->n_values > 20);
    question->first = question->time - 5;
    question->last = question->time - 1;
    return ANM_OK;
  };
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
}

void other_clips_and_times_between_frames() {
  Bench bench;
  choose(bench, "alpha_model", anatomatte::kAlphaOwn + 1);
  Host::get().connect(*bench.node, "OutM", fake::picture(0, 0, 8, 6, kOfxImageComponentAlpha));
  Runtime::get().reach = [](AnmReach* question) {
    question->first = 3;
    question->last = 9;
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
AnmResult fetch(AnmCall* call, double time, float* value, std::string* sentence) {
  char message[512] = "";
  AnmFetch wanted{};
  wanted.size = sizeof(wanted);
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

void a_frame_that_is_not_there_is_a_sentence() {
  Bench bench;
  Runtime::get().render = [&bench](AnmCall* call) {
    float value = 0;
    std::string sentence;
    auto there = std::move(bench.node->clip("Source")->picture);
    CHECK_EQ(int{fetch(call, 7, &value, &sentence)}, int{ANM_PLATE});
    CHECK(sentence.find("at frame 7") != std::string::npos);
    there->properties.set(kOfxImageEffectPropPixelDepth, {std::string("OfxBitDepthOdd")});
    bench.node->clip("Source")->picture = std::move(there);
    CHECK_EQ(int{fetch(call, 8, &value, &sentence)}, int{ANM_PLATE});
    CHECK(sentence.find("OfxBitDepthOdd") != std::string::npos);
    CHECK(sentence.find("frame 8") != std::string::npos);
    return fake::refuse(call, ANM_PLATE, sentence.c_str());
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatFailed);
  CHECK(Host::get().messages.back().find("frame 8") != std::string::npos);
}

void an_aborting_host_is_not_blamed() {
  Bench bench;
  Runtime::get().render = [](AnmCall* call) {
    Host::get().abort = [] { return 1; };
    float value = 0;
    std::string sentence;
    CHECK_EQ(int{fetch(call, 7, &value, &sentence)}, int{ANM_CANCELLED});
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
  asks_the_engine_only_for_engines_of_others();
  other_clips_and_times_between_frames();
  lends_a_frame_and_takes_it_back();
  a_frame_that_is_not_there_is_a_sentence();
  an_aborting_host_is_not_blamed();
  a_sequence_has_a_number_of_its_own();
  return verdict("frames");
}
