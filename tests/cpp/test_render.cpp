// One frame through the shim, with an engine of the test's own: pictures, windows, values, answers.
#include <cstring>

#include "check.h"
#include "fake_runtime.h"
#include "table.h"

using fake::Bench;
using fake::Host;
using fake::kMark;
using fake::PropertySet;
using fake::Runtime;

namespace {

// Every byte of the window is `inside`, everything else is as it was lent.
void check_output(fake::Picture& output, const int window[4], unsigned char inside) {
  for (int y = output.bounds[1]; y < output.bounds[3]; ++y) {
    for (int x = output.bounds[0]; x < output.bounds[2]; ++x) {
      const bool in = x >= window[0] && x < window[2] && y >= window[1] && y < window[3];
      const unsigned char* bytes = output.pixel(x, y);
      for (int b = 0; b < output.pixel_bytes(); ++b) {
        CHECK_EQ(int{bytes[b]}, int{in ? inside : output.fill});
      }
    }
  }
  CHECK(output.guards_hold());
}

struct Shape {
  int bounds[4];
  int padding;
  bool top_down;
  const char* components;
  const char* depth;
};

constexpr Shape kShapes[] = {
    {{0, 0, 8, 6}, 0, false, kOfxImageComponentRGBA, kOfxBitDepthFloat},
    {{-5, 3, 2, 8}, 0, false, kOfxImageComponentRGBA, kOfxBitDepthFloat},
    {{0, 0, 7, 5}, 12, false, kOfxImageComponentRGB, kOfxBitDepthByte},
    {{0, 0, 7, 5}, 20, true, kOfxImageComponentRGBA, kOfxBitDepthHalf},
    {{10, -9, 13, -2}, 0, true, kOfxImageComponentAlpha, kOfxBitDepthShort},
    {{4, 4, 5, 5}, 0, false, kOfxImageComponentRGBA, kOfxBitDepthFloat},
    {{0, 0, 1, 9}, 4, true, kOfxImageComponentAlpha, kOfxBitDepthFloat},
};

void lends_pictures_of_any_shape() {
  for (const Shape& shape : kShapes) {
    Bench bench;
    const int* b = shape.bounds;
    auto output = fake::picture(b[0], b[1], b[2], b[3], shape.components, shape.depth);
    output->padding = shape.padding;
    output->top_down = shape.top_down;
    output->allocate(0x11);
    Host::get().connect(*bench.node, "Output", std::move(output));
    CHECK_EQ(bench.render(b[0], b[1], b[2], b[3]), kOfxStatOK);
    check_output(bench.output(), b, kMark);
    // and clears them where the frame fails
    bench.output().allocate(0x11);
    Runtime::get().render = [](AnmCall* call) { return fake::refuse(call, ANM_PLATE, "No."); };
    CHECK_EQ(bench.render(b[0], b[1], b[2], b[3]), kOfxStatFailed);
    check_output(bench.output(), b, 0);
    const int corner[4] = {b[2] - 1, b[1], b[2], b[1] + 1};
    bench.output().allocate(0x11);
    CHECK_EQ(bench.render(b[2] - 1, b[1], b[2], b[1] + 1), kOfxStatFailed);
    check_output(bench.output(), corner, 0);
  }
}

void writes_the_window_only() {
  Bench bench;
  const int window[4] = {2, 1, 5, 4};
  CHECK_EQ(bench.render(2, 1, 5, 4), kOfxStatOK);
  check_output(bench.output(), window, kMark);
}

void crops_a_window_to_the_output() {
  Bench bench;
  const int whole[4] = {0, 0, 8, 6};
  CHECK_EQ(bench.render(-4, -4, 20, 20), kOfxStatOK);
  check_output(bench.output(), whole, kMark);
  CHECK_EQ(bench.render(30, 30, 40, 40), kOfxStatOK);
  CHECK_EQ(Runtime::get().calls, 1);
}

void lends_every_connected_clip_with_its_facts() {
  Bench bench;
  auto matte = fake::picture(-2, -1, 3, 4, kOfxImageComponentAlpha, kOfxBitDepthByte);
  matte->properties.set(kOfxImagePropPixelAspectRatio, {2.0});
  matte->properties.set(kOfxImagePropRegionOfDefinition, {-2, -1, 30, 40});
  Host::get().connect(*bench.node, "OutM", std::move(matte));
  Runtime::get().render = [](AnmCall* call) {
    CHECK_EQ(call->n_inputs, 2);
    CHECK_EQ(std::string(call->inputs[0].clip), std::string("Source"));
    const AnmImage& out_m = call->inputs[1];
    CHECK_EQ(std::string(out_m.clip), std::string("OutM"));
    CHECK_EQ(out_m.components, 1);
    CHECK_EQ(out_m.depth, int{ANM_BYTE});
    CHECK_EQ(out_m.pixel_aspect, 2.0);
    CHECK_EQ(out_m.bounds[0], -2);
    CHECK_EQ(out_m.rod[3], 40);
    CHECK_EQ(call->inputs[0].premult, int{ANM_UNPREMULTIPLIED});
    CHECK_EQ(call->scale[0], 1.0);
    CHECK_EQ(call->time, 1.0);
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Runtime::get().calls, 1);
}

void passes_the_values_of_the_table() {
  Bench bench;
  bench.node->param("erode")->number[0] = 2.5;
  bench.node->param("screen")->number[0] = 2;
  bench.node->param("threads")->number[0] = 3;
  bench.node->param("screen_uneven")->number[0] = 0;
  bench.node->param("screen_colour")->number[2] = 7.0;
  Runtime::get().render = [](AnmCall* call) {
    int seen = 0;
    int at = 0;
    for (const anatomatte::Control& control : anatomatte::kControls) {
      if (!anatomatte::carries_value(control)) continue;
      CHECK_EQ(std::string(call->values[at].name), std::string(control.name));
      const AnmValue& value = call->values[at++];
      const std::string name = value.name;
      if (name == "erode") seen += value.kind == ANM_NUMBERS && value.number[0] == 2.5;
      if (name == "screen") seen += value.kind == ANM_TEXT && !std::strcmp(value.text, "blue");
      if (name == "threads") seen += value.kind == ANM_WHOLE && value.number[0] == 3.0;
      if (name == "screen_uneven") seen += value.kind == ANM_TRUTH && value.number[0] == 0.0;
      if (name == "screen_colour") seen += value.count == 3 && value.number[2] == 7.0;
    }
    CHECK_EQ(at, call->n_values);
    CHECK_EQ(seen, 5);
    fake::mark_window(*call);
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Runtime::get().calls, 1);
}

void tells_draft() {
  struct Case {
    const char* property;
    int value;
    int draft;
  };
  const Case cases[] = {{kOfxImageEffectPropRenderQualityDraft, 1, 1},
                        {kOfxImageEffectPropRenderQualityDraft, 0, 0},
                        {kOfxImageEffectPropInteractiveRenderStatus, 1, 1},
                        {"Nothing", 1, 0}};
  for (const Case& one : cases) {
    Bench bench;
    int draft = -1;
    Runtime::get().render = [&draft](AnmCall* call) {
      draft = call->draft;
      fake::mark_window(*call);
      return ANM_OK;
    };
    PropertySet arguments = fake::render_arguments(0, 0, 8, 6);
    arguments.set(one.property, {one.value});
    CHECK_EQ(bench.act(kOfxImageEffectActionRender, &arguments), kOfxStatOK);
    CHECK_EQ(draft, one.draft);
  }
}

struct Answer {
  AnmResult result;
  OfxStatus status;
};

void a_failure_leaves_no_picture_and_says_why() {
  const Answer answers[] = {{ANM_FAILED, kOfxStatFailed},    {ANM_SETTINGS, kOfxStatFailed},
                            {ANM_PLATE, kOfxStatFailed},     {ANM_SETUP, kOfxStatFailed},
                            {ANM_MEMORY, kOfxStatErrMemory}, {ANM_CANCELLED, kOfxStatFailed},
                            {AnmResult(77), kOfxStatFailed}};
  const int window[4] = {1, 1, 8, 6};
  for (const Answer& answer : answers) {
    Bench bench;
    Runtime::get().render = [&answer](AnmCall* call) {
      std::memset(fake::pixel(*call->output, 2, 2), kMark, 16);
      return fake::refuse(call, answer.result, "It went wrong: mend it. 100%s");
    };
    CHECK_EQ(bench.render(1, 1, 8, 6), answer.status);
    check_output(bench.output(), window, 0);
    CHECK_EQ(Host::get().messages.size(), size_t{1});
    CHECK_EQ(Host::get().messages[0], std::string("It went wrong: mend it. 100%s"));
    CHECK_EQ(Host::get().cleared, 0);
    Runtime::get().render = nullptr;
    CHECK_EQ(bench.render(1, 1, 8, 6), kOfxStatOK);
    CHECK_EQ(Host::get().cleared, 1);
    CHECK_EQ(bench.render(1, 1, 8, 6), kOfxStatOK);
    CHECK_EQ(Host::get().cleared, 1);
  }
}

void no_engine_is_a_sentence() {
  Bench bench;
  const int window[4] = {0, 0, 8, 6};
  Runtime::get().refusal = "No Python is set for this host.";
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatFailed);
  CHECK_EQ(Host::get().messages.back(), Runtime::get().refusal);
  check_output(bench.output(), window, 0);
}

void nothing_thrown_leaves_the_shim() {
  Bench bench;
  const int window[4] = {0, 0, 8, 6};
  Runtime::get().throws = true;
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatFailed);
  CHECK(Host::get().messages.back().find("thrown on purpose") != std::string::npos);
  CHECK_EQ(Host::get().images_out.load(), 0);
  check_output(bench.output(), window, 0);
}

// The engine asks as a runtime does; the host stops the third time.
AnmResult work_until_aborted(AnmCall* call) {
  for (int i = 0; i < 100; ++i) {
    if (call->aborted(call->host)) return fake::refuse(call, ANM_CANCELLED, "stopped");
  }
  fake::mark_window(*call);
  return ANM_OK;
}

void an_abort_is_no_failure() {
  Bench bench;
  int asked = 0;
  Host::get().abort = [&asked] { return ++asked >= 3 ? 1 : 0; };
  Runtime::get().render = work_until_aborted;
  const int window[4] = {0, 0, 8, 6};
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Host::get().messages.size(), size_t{0});
  check_output(bench.output(), window, 0);
  CHECK(asked >= 3);
  Host::get().abort = [] { return 1; };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(Runtime::get().calls, 1);
}

}  // namespace

int main() {
  lends_pictures_of_any_shape();
  writes_the_window_only();
  crops_a_window_to_the_output();
  lends_every_connected_clip_with_its_facts();
  passes_the_values_of_the_table();
  tells_draft();
  a_failure_leaves_no_picture_and_says_why();
  no_engine_is_a_sentence();
  nothing_thrown_leaves_the_shim();
  an_abort_is_no_failure();
  return verdict("render");
}
