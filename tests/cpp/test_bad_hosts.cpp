// Hosts as they are: properties absent, suites missing, pointers null, pictures that are none.
#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "check.h"
#include "fake_runtime.h"

using fake::Bench;
using fake::Host;
using fake::kMark;
using fake::Runtime;

namespace {

// What the shim reads of clips, pictures and arguments.
const char* const kRead[] = {kOfxImagePropData,
                             kOfxImagePropBounds,
                             kOfxImagePropRegionOfDefinition,
                             kOfxImagePropRowBytes,
                             kOfxImageEffectPropComponents,
                             kOfxImageEffectPropPixelDepth,
                             kOfxImageEffectPropPreMultiplication,
                             kOfxImagePropPixelAspectRatio,
                             kOfxImageClipPropConnected,
                             kOfxPropTime,
                             kOfxImageEffectPropRenderWindow,
                             kOfxImageEffectPropRenderScale,
                             kOfxImageEffectPropFieldToRender,
                             kOfxImageEffectPropRenderQualityDraft,
                             kOfxImageEffectPropInteractiveRenderStatus,
                             kOfxPropName,
                             kOfxPropChangeReason};

bool marked(fake::Picture& output) {
  for (int y = 0; y < 6; ++y) {
    for (int x = 0; x < 8; ++x) {
      if (*output.pixel(x, y) != kMark) return false;
    }
  }
  return true;
}

// Whatever is missing: OK with the whole picture, or a failure with a sentence.
void check_outcome(Bench& bench, OfxStatus status) {
  CHECK_EQ(Host::get().images_out.load(), 0);
  CHECK(bench.output().guards_hold());
  if (status == kOfxStatOK) {
    CHECK(marked(bench.output()));
  } else {
    CHECK(status == kOfxStatFailed);
    CHECK(!Host::get().messages.empty() && Host::get().messages.back().size() > 20);
  }
}

void any_property_may_be_absent() {
  // these have a default that lets the frame render
  const std::set<std::string> needed = {kOfxImagePropData, kOfxImagePropBounds};
  for (const char* name : kRead) {
    Bench bench;
    Host::get().absent = {name};
    const OfxStatus status = bench.render(0, 0, 8, 6);
    check_outcome(bench, status);
    const bool must_fail =
        needed.count(name) != 0 || name == std::string(kOfxImageEffectPropPixelDepth);
    CHECK_EQ(status, must_fail ? kOfxStatFailed : kOfxStatOK);
  }
}

void any_set_of_properties_may_be_absent() {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    Bench bench;
    for (const char* name : kRead) {
      if (random() % 3 == 0) Host::get().absent.insert(name);
    }
    check_outcome(bench, bench.render(0, 0, 8, 6));
  }
}

// From the nth call on the host answers nothing: in describe, in create, in render.
void a_host_may_stop_answering() {
  for (int calls = 0; calls < 120; ++calls) {
    Bench bench;
    Host::get().fail_after = calls;
    const OfxStatus status = bench.render(0, 0, 8, 6);
    Host::get().fail_after = -1;
    CHECK_EQ(Host::get().images_out.load(), 0);
    CHECK(status == kOfxStatOK || status == kOfxStatFailed || status == kOfxStatErrBadHandle);
    CHECK(bench.output().guards_hold());
  }
  for (int calls = 0; calls < 400; calls += 7) {
    fake::Effect descriptor;
    Host::get().fail_after = calls;
    CHECK_EQ(Host::get().describe(OfxGetPlugin(0), &descriptor), kOfxStatOK);
    Host::get().fail_after = -1;
  }
}

// Resolve: the suite is there, but its pointers are not to be called.
void message_pointers_may_be_null(int broken) {
  static OfxHost others[3];
  OfxHost& other = others[broken];
  other = Host::get().ofx;
  Host::get().broken_messages = broken;
  OfxGetPlugin(0)->setHost(&other);
  CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionLoad, nullptr), kOfxStatOK);
  fake::Effect descriptor;
  CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionDescribe, &descriptor), kOfxStatOK);
  CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxImageEffectActionDescribeInContext, &descriptor),
           kOfxStatOK);
  auto node = Host::get().instance(descriptor);
  CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionCreateInstance, node.get()), kOfxStatOK);
  Runtime::get() = Runtime();
  Runtime::get().render = [](AnmCall* call) { return fake::refuse(call, ANM_PLATE, "Too dark."); };
  Host::get().messages.clear();
  fake::PropertySet arguments = fake::render_arguments(0, 0, 8, 6);
  for (int frame = 0; frame < 3; ++frame) {
    CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxImageEffectActionRender, node.get(), &arguments),
             kOfxStatFailed);
  }
  CHECK_EQ(Host::get().messages.size(), size_t{1});  // a dialog is shown once
  CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionDestroyInstance, node.get()), kOfxStatOK);
  Host::get().broken_messages = 0;
}

void suites_may_be_missing() {
  struct Case {
    const char* suite;
    OfxStatus load;
  };
  const Case cases[] = {{"OfxPropertySuite1", kOfxStatErrMissingHostFeature},
                        {"OfxImageEffectSuite1", kOfxStatErrMissingHostFeature},
                        {"OfxParameterSuite1", kOfxStatErrMissingHostFeature},
                        {"OfxMessageSuite1", kOfxStatOK},
                        {"OfxMessageSuite2", kOfxStatOK},
                        {"OfxProgressSuite2", kOfxStatOK}};
  static std::vector<std::unique_ptr<OfxHost>> hosts;
  for (const Case& one : cases) {
    hosts.push_back(std::make_unique<OfxHost>(Host::get().ofx));
    Host::get().absent_suites = {one.suite};
    OfxGetPlugin(0)->setHost(hosts.back().get());
    CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionLoad, nullptr), one.load);
    fake::Effect descriptor;
    CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionDescribe, &descriptor), one.load);
  }
  Host::get().absent_suites.clear();
  OfxGetPlugin(0)->setHost(nullptr);
  CHECK_EQ(Host::get().call(OfxGetPlugin(0), kOfxActionLoad, nullptr),
           kOfxStatErrMissingHostFeature);
}

void refuses(Bench& bench, const char* word) {
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatFailed);
  CHECK(!Host::get().messages.empty() &&
        Host::get().messages.back().find(word) != std::string::npos);
  CHECK_EQ(*bench.output().pixel(0, 0), 0);
  CHECK_EQ(Runtime::get().calls, 0);
}

void a_plate_must_be_a_picture() {
  {
    Bench bench;
    bench.node->clip("Source")->properties.set(kOfxImageClipPropConnected, {0});
    refuses(bench, "not connected");
  }
  {
    Bench bench;
    bench.node->clip("Source")->picture.reset();
    refuses(bench, "no picture at frame 1");
  }
  {
    Bench bench;
    Host::get().connect(*bench.node, "Source", fake::picture(4, 4, 4, 4));
    refuses(bench, "no picture");
  }
  {
    Bench bench;
    bench.node->clip("Source")->picture->properties.set(kOfxImagePropRowBytes, {16});
    refuses(bench, "rows are shorter");
  }
  {
    Bench bench;
    bench.node->clip("Source")->picture->properties.set(kOfxImageEffectPropPixelDepth,
                                                        {std::string("OfxBitDepthDouble")});
    refuses(bench, "OfxBitDepthDouble");
  }
}

void an_optional_clip_without_a_picture_is_not_there() {
  Bench bench;
  Host::get().connect(*bench.node, "InM", fake::picture(0, 0, 8, 6));
  bench.node->clip("InM")->picture.reset();
  Runtime::get().render = [](AnmCall* call) {
    CHECK_EQ(call->n_inputs, 1);
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
}

// MLT knows nothing of the clips that it cannot connect, and calls them by no handle either.
void an_optional_clip_that_says_nothing_is_not_connected() {
  Bench bench;
  Host::get().connect(*bench.node, "InM", fake::picture(0, 0, 8, 6));
  Host::get().absent = {kOfxImageClipPropConnected};
  Runtime::get().render = [](AnmCall* call) {
    CHECK_EQ(call->n_inputs, 1);
    CHECK_EQ(std::string(call->inputs[0].clip), std::string("Source"));
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Runtime::get().calls, 1);
}

// For the engine to tell of it.
void a_menu_position_that_is_none_goes_on_as_its_number() {
  for (const int position : {-1, 99}) {
    Bench bench;
    bench.node->param("screen")->number[0] = position;
    Runtime::get().render = [position](AnmCall* call) {
      for (int i = 0; i < call->n_values; ++i) {
        if (std::string(call->values[i].name) != "screen") continue;
        CHECK_EQ(std::string(call->values[i].text), std::to_string(position));
      }
      fake::mark_window(*call);
      return ANM_OK;
    };
    CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  }
}

void a_single_field_is_refused() {
  Bench bench;
  fake::PropertySet arguments = fake::render_arguments(0, 0, 8, 6);
  arguments.set(kOfxImageEffectPropFieldToRender, {std::string(kOfxImageFieldLower)});
  CHECK_EQ(bench.act(kOfxImageEffectActionRender, &arguments), kOfxStatFailed);
  CHECK(Host::get().messages.back().find("field") != std::string::npos);
}

AnmResult slow_frame(AnmCall* call) {
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    call->progress(call->host, i / 20.0);
    if (call->aborted(call->host)) return ANM_CANCELLED;
  }
  fake::mark_window(*call);
  return ANM_OK;
}

void a_slow_frame_shows_a_bar_that_can_cancel() {
  Bench bench;
  Host::get().progress_started = 0;
  double last = -1.0;
  Host::get().on_progress = [&last](double fraction) { return last = fraction, kOfxStatOK; };
  Runtime::get().render = slow_frame;
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Host::get().progress_started, 1);
  CHECK_EQ(Host::get().progress_open, 0);
  CHECK(last > 0.9);
  Host::get().on_progress = [](double) { return kOfxStatReplyNo; };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(*bench.output().pixel(0, 0), 0);
  CHECK_EQ(Host::get().progress_open, 0);
  Runtime::get().render = [](AnmCall* call) {
    call->progress(call->host, 0.5);
    fake::mark_window(*call);
    return ANM_OK;
  };
  Host::get().progress_started = 0;
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Host::get().progress_started, 0);
}

void handles_may_be_wrong() {
  Bench bench;
  fake::PropertySet arguments = fake::render_arguments(0, 0, 8, 6);
  fake::Effect stranger;
  OfxPlugin* plugin = OfxGetPlugin(0);
  CHECK_EQ(Host::get().call(plugin, kOfxImageEffectActionRender, &stranger, &arguments),
           kOfxStatErrBadHandle);
  CHECK_EQ(Host::get().call(plugin, kOfxImageEffectActionRender, nullptr, &arguments),
           kOfxStatErrBadHandle);
  CHECK_EQ(plugin->mainEntry(nullptr, nullptr, nullptr, nullptr), kOfxStatErrBadHandle);
  CHECK_EQ(bench.act(kOfxImageEffectActionRender, nullptr), kOfxStatOK);
  // Natron destroys a second time when the first answer does not please it
  CHECK_EQ(bench.act(kOfxActionDestroyInstance), kOfxStatOK);
}

}  // namespace

int main() {
  any_property_may_be_absent();
  any_set_of_properties_may_be_absent();
  a_host_may_stop_answering();
  a_plate_must_be_a_picture();
  an_optional_clip_without_a_picture_is_not_there();
  an_optional_clip_that_says_nothing_is_not_connected();
  a_menu_position_that_is_none_goes_on_as_its_number();
  a_single_field_is_refused();
  a_slow_frame_shows_a_bar_that_can_cancel();
  handles_may_be_wrong();
  message_pointers_may_be_null(1);
  message_pointers_may_be_null(2);
  suites_may_be_missing();
  return verdict("bad hosts");
}
