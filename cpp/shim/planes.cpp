#include "planes.h"

#include <algorithm>
#include <iterator>

#include "clips.h"
#include "instance.h"
#include "nuke/fnOfxExtensions.h"
#include "ofxNatron.h"
#include "status.h"
#include "table.h"

namespace anatomatte {
namespace {

// Every matte that a channel can carry is a plane; "none" and the alpha of the picture are not.
const char* plane_key(int option) {
  const char* key = kControls[kPack[0]].keys[option];
  const std::string_view name = key;
  return name == "none" || name == "alpha" ? nullptr : key;
}

// The host fills in what is left out and gives the string back, so strings are never compared.
std::string plane_string(const std::string& key) {
  return kNatronOfxImageComponentsPlaneName + key + kNatronOfxImageComponentsPlaneLabel + key +
         kNatronOfxImageComponentsPlaneChannelsLabel + "A" + kNatronOfxImageComponentsPlaneChannel +
         "A";
}

// The id between the name's marker and whatever marker comes next.
std::string plane_id(const std::string& plane) {
  const std::string start = kNatronOfxImageComponentsPlaneName;
  if (plane.rfind(start, 0) != 0) return "";
  size_t end = plane.size();
  for (const char* marker :
       {kNatronOfxImageComponentsPlaneLabel, kNatronOfxImageComponentsPlaneChannelsLabel,
        kNatronOfxImageComponentsPlaneChannel}) {
    end = std::min(end, plane.find(marker, start.size()));
  }
  return plane.substr(start.size(), end - start.size());
}

// "person_01.face" for the first person and the face.
std::string of_person(int person, int part) {
  return std::string(kControls[kPartsOf].keys[person]) + "." + kControls[kPack[0]].keys[part];
}

void set_text(std::vector<AnmValue>* values, int control, const char* key) {
  for (AnmValue& value : *values) {
    if (std::string_view(value.name) == kControls[control].name) value.text = key;
  }
}

// The matte *key* of one entry of Parts of in every channel.
void pack(std::vector<AnmValue>* values, const char* key, int person) {
  set_text(values, kOutput, kControls[kOutput].keys[kOutputPacked]);
  set_text(values, kPartsOf, kControls[kPartsOf].keys[person]);
  for (const int control : kPack) set_text(values, control, key);
}

}  // namespace

bool planes_are_offered() { return host_facts().natron && suites().planes; }

void describe_planes(const Properties& effect) {
  if (!planes_are_offered()) return;
  effect.set(kFnOfxImageEffectPropMultiPlanar, 1);
  effect.set(kFnOfxImageEffectPropPassThroughComponents, 1);  // layers of others go by
}

OfxStatus clip_components(const Instance& node, const Properties& in, const Properties& out) {
  if (!planes_are_offered()) return kOfxStatReplyDefault;
  const std::string of = kFnOfxImageEffectActionGetClipComponentsPropString;
  for (const ClipRow& row : kInputs) out.set((of + row.name).c_str(), kFnOfxImagePlaneColour);
  const std::string output = of + kOfxImageEffectOutputClipName;
  int index = 0;
  out.set(output.c_str(), kFnOfxImagePlaneColour, index++);
  for (int i = 0; i < kControls[kPack[0]].n_options; ++i) {
    if (const char* key = plane_key(i)) out.set(output.c_str(), plane_string(key).c_str(), index++);
  }
  const OfxTime time = in.number_or(kOfxPropTime, 0.0);
  const int people = node.ticked(kPersonParts, time) ? node.whole(kPeople, time) : 0;
  for (int number = 0; number < std::min(people, static_cast<int>(std::size(kPersons))); ++number) {
    const int person = kPersons[number];
    for (const int part : kPartMattes) {
      out.set(output.c_str(), plane_string(of_person(person, part)).c_str(), index++);
    }
  }
  return kOfxStatOK;
}

std::vector<std::string> planes_wanted(const Properties& args) {
  std::vector<std::string> planes;
  if (planes_are_offered()) {
    for (int i = 0;; ++i) {
      const std::string plane = args.text_or(kOfxImageEffectPropRenderPlanes, "", i);
      if (plane.empty()) break;
      planes.push_back(plane);
    }
  }
  if (planes.empty()) planes.push_back("");
  return planes;
}

int plane_channels(const std::string& plane) {
  if (plane_id(plane).empty()) return 0;
  const std::string marker = kNatronOfxImageComponentsPlaneChannel;
  int count = 0;
  for (size_t at = plane.find(marker); at != std::string::npos; at = plane.find(marker, at + 1)) {
    ++count;
  }
  return count;
}

void select_plane(const std::string& plane, std::vector<AnmValue>* values) {
  const std::string id = plane_id(plane);
  if (id.empty()) return;
  for (int i = 0; i < kControls[kPack[0]].n_options; ++i) {
    const char* key = plane_key(i);
    if (key && id == key) return pack(values, key, kPartsOfEveryone);
  }
  for (const int person : kPersons) {
    for (const int part : kPartMattes) {
      if (id == of_person(person, part))
        return pack(values, kControls[kPack[0]].keys[part], person);
    }
  }
  throw Failure("The host asked for the plane " + id + ", which the node does not make.");
}

}  // namespace anatomatte
