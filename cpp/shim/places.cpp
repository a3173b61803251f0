// Places on the picture, and where one lies that nobody has moved: at its default's share of the
// plate, which for a point is the middle.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "instance.h"

namespace anatomatte {
namespace {

bool near(double one, double other) { return std::abs(one - other) < 1e-3; }

// The places that a host may take for a default that is a share of the project.
bool is_of_project(const Properties& project, const double share[2], const double at[2]) {
  double size[2], offset[2] = {0.0, 0.0};
  for (int i = 0; i < 2; ++i) {
    if (!project.number(kOfxImageEffectPropProjectSize, &size[i], i)) return false;
    project.number(kOfxImageEffectPropProjectOffset, &offset[i], i);
  }
  const double x = share[0] * size[0], y = share[1] * size[1];
  const bool without = near(at[0], x) && near(at[1], y);
  return without || (near(at[0], offset[0] + x) && near(at[1], offset[1] + y));
}

}  // namespace

bool Instance::point_is_untouched(int place, OfxTime time) const {
  const int point = kPlaces[place].point;
  const OfxParamHandle handle = controls_[point];
  if (!handle) return true;
  const auto count_keys = suites().param->paramGetNumKeys;
  unsigned int keys = 0;
  if (count_keys && count_keys(handle, &keys) == kOfxStatOK && keys > 0) return false;
  double at[3];
  read_number(point, time, at);
  const double* fallback = kControls[point].number;
  if (near(at[0], fallback[0]) && near(at[1], fallback[1])) return true;
  Put put;
  {
    const std::lock_guard<std::mutex> lock(places_mutex_);
    put = put_by_itself_[place];
  }
  if (put.known && near(at[0], put.x) && near(at[1], put.y)) return true;
  OfxPropertySetHandle project = nullptr;
  return suites().effect->getPropertySet(effect_, &project) == kOfxStatOK &&
         is_of_project(Properties(project), fallback, at);
}

// The default stands for a share of the plate, which need not be the project's.
void Instance::take_share(int control, OfxTime time, double number[3]) const {
  for (int place = 0; place < kPlaceCount; ++place) {
    const Place& row = kPlaces[place];
    if (row.point != control || choice(row.menu, time) != row.entry) continue;
    if (point_is_untouched(place, time)) {
      std::copy(kControls[control].number, kControls[control].number + 2, number);
    }
  }
}

void Instance::place_point(const std::string& menu, OfxTime time) {
  for (int place = 0; place < kPlaceCount; ++place) {
    const Place& row = kPlaces[place];
    OfxRectD plate;
    if (menu != kControls[row.menu].name || choice(row.menu, time) != row.entry) continue;
    if (!controls_[row.point]) continue;
    if (!inputs_[kSourceClip].region_of_definition(time, &plate)) continue;
    double at[3];
    read_number(row.point, time, at);
    const bool outside = !row.corner && (at[0] < plate.x1 || at[0] > plate.x2 || at[1] < plate.y1 ||
                                         at[1] > plate.y2);
    if (!outside && !point_is_untouched(place, time)) continue;
    const double* share = kControls[row.point].number;
    const Put put = {true, plate.x1 + share[0] * (plate.x2 - plate.x1),
                     plate.y1 + share[1] * (plate.y2 - plate.y1)};
    {
      const std::lock_guard<std::mutex> lock(places_mutex_);
      put_by_itself_[place] = put;
    }
    suites().param->paramSetValue(controls_[row.point], put.x, put.y);
  }
}

}  // namespace anatomatte
