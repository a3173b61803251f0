// What the node says of itself, and the answers before a render.
#include <cstring>

#include "check.h"
#include "fake_runtime.h"
#include "table.h"

using fake::Bench;
using fake::Effect;
using fake::Host;
using fake::PropertySet;

namespace {

void describes_clips_in_order() {
  Bench bench;
  const char* names[] = {"Source", "InM", "OutM", "CleanPlate", "Hint", "Bg", "Output"};
  CHECK_EQ(bench.descriptor.clips.size(), size_t{7});
  for (size_t i = 0; i < bench.descriptor.clips.size(); ++i) {
    const fake::Clip& clip = *bench.descriptor.clips[i];
    CHECK_EQ(clip.name, std::string(names[i]));
    const bool matte = clip.name == "InM" || clip.name == "OutM" || clip.name == "Hint";
    if (clip.name == "Output") continue;
    CHECK_EQ(clip.properties.integer(kOfxImageClipPropOptional), clip.name == "Source" ? 0 : 1);
    CHECK_EQ(clip.properties.integer(kOfxImageClipPropIsMask), matte ? 1 : 0);
    CHECK_EQ(clip.properties.size(kOfxImageEffectPropSupportedComponents), matte ? 3u : 2u);
  }
}

void describes_every_control_once_on_its_page() {
  Bench bench;
  int on_pages = 0;
  int groups = 0;
  int pages = 0;
  for (size_t i = 0; i < bench.descriptor.params.size(); ++i) {
    const fake::Param& param = *bench.descriptor.params[i];
    if (param.type == kOfxParamTypeGroup) ++groups;
    if (param.type != kOfxParamTypePage) continue;
    const std::string label = param.properties.text(kOfxPropLabel);
    CHECK_EQ(label, std::string(anatomatte::kPages[pages]));
    ++pages;
    for (size_t c = 0; c < param.properties.size(kOfxParamPropPageChild); ++c, ++on_pages) {
      const std::string child = param.properties.text(kOfxParamPropPageChild, static_cast<int>(c));
      CHECK(bench.descriptor.param(child) != nullptr);
    }
  }
  CHECK_EQ(on_pages, anatomatte::kControlCount + groups);
  CHECK_EQ(bench.descriptor.param_set.size(kOfxPluginPropParamPageOrder),
           static_cast<size_t>(pages));
}

void describes_ranges_menus_and_hints() {
  Bench bench;
  for (const anatomatte::Control& control : anatomatte::kControls) {
    const PropertySet& param = bench.descriptor.param(control.name)->properties;
    CHECK_EQ(param.text(kOfxPropLabel), std::string(control.label));
    CHECK(param.text(kOfxParamPropHint).rfind(control.hint, 0) == 0);
    if (control.kind == anatomatte::Kind::double_ || control.kind == anatomatte::Kind::int_) {
      CHECK_EQ(param.number(kOfxParamPropMin), control.low);
      CHECK_EQ(param.number(kOfxParamPropMax), control.high);
      CHECK_EQ(param.number(kOfxParamPropDisplayMin), control.slider_low);
      CHECK_EQ(param.number(kOfxParamPropDisplayMax), control.slider_high);
      CHECK_EQ(param.number(kOfxParamPropDefault), control.number[0]);
    }
    if (control.kind == anatomatte::Kind::choice_) {
      CHECK_EQ(param.size(kOfxParamPropChoiceOption), static_cast<size_t>(control.n_options));
      CHECK_EQ(param.text(kOfxParamPropChoiceEnum, 0), std::string(control.keys[0]));
    }
  }
  const PropertySet& status = bench.descriptor.param("status")->properties;
  CHECK_EQ(status.text(kOfxParamPropStringMode), std::string(kOfxParamStringIsLabel));
  CHECK_EQ(status.integer(kOfxParamPropEvaluateOnChange), 0);
  CHECK_EQ(status.integer(kOfxParamPropPersistant), 0);
}

// The host's name changes what is described; the same plug-in is described anew.
Effect described_in(const char* name) {
  static OfxHost hosts[8];
  static int used = 0;
  Host& host = Host::get();
  host.properties.set(kOfxPropName, {std::string(name)});
  host.properties.set(kOfxParamHostPropMaxPages, {0});  // as every host that there is
  OfxHost& other = hosts[used++];
  other = host.ofx;
  Effect descriptor;
  OfxPlugin* plugin = OfxGetPlugin(0);
  plugin->setHost(&other);
  CHECK_EQ(host.call(plugin, kOfxActionLoad, nullptr), kOfxStatOK);
  CHECK_EQ(host.call(plugin, kOfxActionDescribe, &descriptor), kOfxStatOK);
  CHECK_EQ(host.call(plugin, kOfxImageEffectActionDescribeInContext, &descriptor), kOfxStatOK);
  host.properties.set(kOfxPropName, {std::string("org.anatomatte.FakeHost")});
  host.properties.values.erase(kOfxParamHostPropMaxPages);
  return descriptor;
}

void knows_its_hosts() {
  const Effect nuke = described_in("uk.co.thefoundry.nuke");
  CHECK_EQ(nuke.properties.text(kOfxImageEffectPluginPropGrouping), std::string("Keying"));
  Effect natron = described_in("fr.inria.Natron");
  CHECK_EQ(natron.properties.text(kOfxImageEffectPluginPropGrouping), std::string("Keyer"));
  CHECK_EQ(natron.properties.text(kOfxImageEffectPluginRenderThreadSafety),
           std::string(kOfxImageEffectRenderFullySafe));
  CHECK(natron.param("group_Screen") == nullptr);
  CHECK_EQ(natron.param("group_Networks")->properties.integer(kOfxParamPropGroupOpen), 0);
  const char* slaves[] = {"output", "person_parts", "people"};
  for (int i = 0; i < 3; ++i) {
    CHECK_EQ(natron.properties.text(kOfxImageEffectPropClipPreferencesSlaveParam, i),
             std::string(slaves[i]));
  }
  const Effect mlt = described_in("MLT");
  CHECK_EQ(mlt.properties.text(kOfxImageEffectPluginRenderThreadSafety),
           std::string(kOfxImageEffectRenderUnsafe));
  Effect tabs = described_in("uk.co.thefoundry.nuke");
  CHECK_EQ(tabs.param("group_Screen")->properties.integer("FnOfxParamPropGroupIsTab"), 1);
  CHECK_EQ(tabs.param("group_Networks")->properties.size("FnOfxParamPropGroupIsTab"), 0u);
  CHECK_EQ(tabs.param("group_Networks")->properties.text(kOfxParamPropParent),
           std::string("group_Subject"));
}

void shows_only_what_counts() {
  Bench bench;
  const PropertySet& pack = bench.node->param("pack_r")->properties;
  const PropertySet& colour = bench.node->param("screen_colour")->properties;
  CHECK_EQ(bench.descriptor.param("pack_r")->properties.size(kOfxParamPropSecret), 0u);
  CHECK_EQ(pack.integer(kOfxParamPropSecret), 1);
  CHECK_EQ(colour.integer(kOfxParamPropEnabled), 0);
  bench.node->param("output")->number[0] = anatomatte::kOutputPacked;
  bench.node->param("screen")->number[0] =
      anatomatte::option_index(anatomatte::control_index("screen"), "picked");
  PropertySet change;
  change.set(kOfxPropName, {std::string("output")});
  change.set(kOfxPropChangeReason, {std::string(kOfxChangeUserEdited)});
  CHECK_EQ(bench.act(kOfxActionInstanceChanged, &change), kOfxStatOK);
  CHECK_EQ(pack.integer(kOfxParamPropSecret), 0);
  CHECK_EQ(colour.integer(kOfxParamPropEnabled), 1);
}

void edit(Bench& bench, const char* name) {
  PropertySet change;
  change.set(kOfxPropName, {std::string(name)});
  CHECK_EQ(bench.act(kOfxActionInstanceChanged, &change), kOfxStatOK);
}

void refresh_writes_the_status() {
  Bench bench;
  const std::string& status = bench.node->param("status")->text;
  const std::string none = "This node has rendered no frame yet.\n";
  edit(bench, "refresh");
  CHECK_EQ(status, none + "all is well");
  fake::Runtime::get().refusal = "No Python is set.";
  edit(bench, "refresh");
  CHECK_EQ(status, none + "No Python is set.");
}

// No render may set a parameter: the next change, of whatever control, fills it.
void the_status_is_the_nodes_own_and_keeps_the_failure() {
  Bench bench, other;
  const std::string& status = bench.node->param("status")->text;
  fake::Runtime::get().render = [](AnmCall* call) {
    fake::mark_window(*call);
    fake::refuse(call, ANM_OK, "{\"screen_kept\": \"k\"}\nFrame 1: 8×6 in 0.1 s\nErode (erode).");
    return ANM_OK;
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  CHECK_EQ(status, std::string());
  edit(bench, "erode");
  CHECK_EQ(status, std::string("Frame 1: 8×6 in 0.1 s\nErode (erode)."));
  edit(other, "erode");
  CHECK_EQ(other.node->param("status")->text, std::string());
  fake::Runtime::get().render = [](AnmCall* call) {
    return fake::refuse(call, ANM_PLATE, "Too dark (parts_list=x), by 100%.");
  };
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatFailed);
  CHECK_EQ(Host::get().messages.back(), std::string("Too dark (parts_list=x), by 100%."));
  CHECK_EQ(bench.act(kOfxActionSyncPrivateData), kOfxStatOK);
  CHECK_EQ(status, std::string("Frame 1 failed: Too dark (parts_list=x), by 100%.\nFrame 1: 8×6 in "
                               "0.1 s\nErode (erode)."));
  fake::Runtime::get().render = nullptr;
  CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
  edit(bench, "refresh");
  CHECK_EQ(status, std::string("This node has rendered no frame yet.\nall is well"));
}

// In a project of HD, a plate of 40 by 30.
void a_point_that_nobody_moved_is_the_middle_of_the_plate() {
  Bench bench;
  bench.node->properties.set(kOfxImageEffectPropProjectSize, {1920.0, 1080.0});
  bench.node->properties.set(kOfxImageEffectPropProjectOffset, {0.0, 0.0});
  Host::get().connect(*bench.node, "Source", fake::picture(0, 0, 40, 30));
  fake::Param& point = *bench.node->param("point");
  fake::Param& who = *bench.node->param("who");
  std::vector<double> seen;
  fake::Runtime::get().render = [&seen](AnmCall* call) {
    for (int i = 0; i < call->n_values; ++i) {
      if (std::string(call->values[i].name) != "point") continue;
      seen.assign(call->values[i].number, call->values[i].number + 2);
    }
    fake::mark_window(*call);
    return ANM_OK;
  };
  const std::vector<double> middle = {0.5, 0.5};  // the default, which stands for it
  const auto rendered = [&](double x, double y) {
    point.number[0] = x;
    point.number[1] = y;
    CHECK_EQ(bench.render(0, 0, 8, 6), kOfxStatOK);
    return seen;
  };
  who.number[0] = anatomatte::kPlaces[0].entry;
  CHECK(rendered(960, 540) == middle);
  CHECK(rendered(10, 20) == (std::vector<double>{10, 20}));
  point.number[0] = 960;
  edit(bench, "who");  // outside of the plate: nobody could see the handle
  CHECK_EQ(point.number[0], 20.0);
  CHECK_EQ(point.number[1], 15.0);
  point.number[0] = 11;
  edit(bench, "who");
  CHECK_EQ(point.number[0], 11.0);
}

void check_rectangle(const PropertySet& set, const std::string& name, double x1, double y1,
                     double x2, double y2) {
  const double four[4] = {x1, y1, x2, y2};
  CHECK_EQ(set.size(name), size_t{4});
  for (int i = 0; i < 4; ++i) CHECK_EQ(set.number(name, i), four[i]);
}

void answers_regions() {
  Bench bench;
  Host::get().connect(*bench.node, "Source", fake::picture(-3, 2, 17, 12));
  Host::get().connect(*bench.node, "Bg", fake::picture(0, -5, 30, 10));
  Host::get().connect(*bench.node, "InM", fake::picture(0, 0, 4, 4));
  PropertySet in, rod, roi;
  in.set(kOfxPropTime, {1.0});
  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionOfDefinition, &in, &rod), kOfxStatOK);
  check_rectangle(rod, kOfxImageEffectPropRegionOfDefinition, -3, 2, 17, 12);
  bench.node->param("output")->number[0] = anatomatte::kOutputComp;
  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionOfDefinition, &in, &rod), kOfxStatOK);
  check_rectangle(rod, kOfxImageEffectPropRegionOfDefinition, -3, -5, 30, 12);

  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionsOfInterest, &in, &roi), kOfxStatOK);
  check_rectangle(roi, "OfxImageClipPropRoI_Source", -3, 2, 17, 12);
  check_rectangle(roi, "OfxImageClipPropRoI_InM", 0, 0, 4, 4);
  CHECK_EQ(roi.size("OfxImageClipPropRoI_Hint"), size_t{0});
}

// A constant colour has no end: it must not make the node's picture, or its wish, endless.
void stays_finite_over_an_endless_background() {
  Bench bench;
  Host::get().connect(*bench.node, "Bg", fake::picture(0, 0, 8, 6));
  fake::Clip* behind = bench.node->clip("Bg");
  const double endless[4] = {-2147483647.0, -2147483647.0, 2147483647.0, 2147483647.0};
  std::memcpy(behind->rod, endless, sizeof(endless));
  bench.node->param("output")->number[0] = anatomatte::kOutputComp;
  PropertySet in, rod, roi;
  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionOfDefinition, &in, &rod), kOfxStatOK);
  check_rectangle(rod, kOfxImageEffectPropRegionOfDefinition, 0, 0, 8, 6);
  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionsOfInterest, &in, &roi), kOfxStatOK);
  check_rectangle(roi, "OfxImageClipPropRoI_Bg", 0, 0, 8, 6);
}

void leaves_a_missing_source_to_the_host() {
  Bench bench;
  bench.node->clip("Source")->properties.set(kOfxImageClipPropConnected, {0});
  PropertySet in, out;
  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionOfDefinition, &in, &out), kOfxStatReplyDefault);
  CHECK_EQ(bench.act(kOfxImageEffectActionGetRegionsOfInterest, &in, &out), kOfxStatReplyDefault);
}

void prefers_rgba_with_the_right_premult() {
  Bench bench;
  for (int output = 0; output < anatomatte::kControls[anatomatte::kOutput].n_options; ++output) {
    bench.node->param("output")->number[0] = output;
    PropertySet out;
    CHECK_EQ(bench.act(kOfxImageEffectActionGetClipPreferences, nullptr, &out), kOfxStatOK);
    const std::string key = anatomatte::kControls[anatomatte::kOutput].keys[output];
    const bool premultiplied = key != "unpremultiplied";
    CHECK_EQ(out.text("OfxImageClipPropComponents_Output"), std::string(kOfxImageComponentRGBA));
    CHECK_EQ(out.text("OfxImageClipPropDepth_Output"), std::string(kOfxBitDepthFloat));
    CHECK_EQ(out.text(kOfxImageEffectPropPreMultiplication),
             std::string(premultiplied ? kOfxImagePreMultiplied : kOfxImageUnPreMultiplied));
  }
}

void answers_what_it_does_not_do() {
  Bench bench;
  PropertySet in, out;
  CHECK_EQ(bench.act(kOfxImageEffectActionIsIdentity, &in, &out), kOfxStatReplyDefault);
  CHECK_EQ(bench.act("SomebodysOwnAction", &in, &out), kOfxStatReplyDefault);
  CHECK_EQ(bench.act(kOfxImageEffectActionBeginSequenceRender, &in), kOfxStatOK);
  CHECK_EQ(bench.act(kOfxActionPurgeCaches), kOfxStatOK);
  CHECK_EQ(fake::Runtime::get().purged, 1);
  CHECK_EQ(OfxGetNumberOfPlugins(), 1);
  CHECK(OfxGetPlugin(1) == nullptr);
  CHECK(OfxGetPlugin(-1) == nullptr);
}

}  // namespace

int main() {
  describes_clips_in_order();
  describes_every_control_once_on_its_page();
  describes_ranges_menus_and_hints();
  knows_its_hosts();
  shows_only_what_counts();
  refresh_writes_the_status();
  the_status_is_the_nodes_own_and_keeps_the_failure();
  a_point_that_nobody_moved_is_the_middle_of_the_plate();
  answers_regions();
  stays_finite_over_an_endless_background();
  leaves_a_missing_source_to_the_host();
  prefers_rgba_with_the_right_premult();
  answers_what_it_does_not_do();
  return verdict("describe");
}
