// The parametric suite: curves of control points, straight in between, level beyond the ends.
#include "effect.h"
#include "ofxParametricParam.h"
#include "params.h"
#include "suites.h"

namespace pyopenfx {
namespace {

OfxStatus curve_of(OfxParamHandle handle, int index, Param** param) {
  *param = Param::from(handle);
  if (!*param) return kOfxStatErrBadHandle;
  if ((*param)->type().name != std::string(kOfxParamTypeParametric)) return kOfxStatErrUnsupported;
  return index >= 0 && index < (*param)->curve_count() ? kOfxStatOK : kOfxStatErrBadIndex;
}

// A plug-in that edits its instance's curve is told back of it, as with any parameter.
OfxStatus changed(Param* param) {
  Effect* effect = param->owner()->effect();
  if (effect->is_instance()) effect->param_edited_by_plugin(param->name());
  return kOfxStatOK;
}

OfxStatus get_value(OfxParamHandle handle, int index, OfxTime, double position, double* value) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  if (!value) return kOfxStatErrValue;
  *value = curve_at(param->curve(index), position);
  return kOfxStatOK;
}

OfxStatus point_count(OfxParamHandle handle, int index, double, int* count) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  if (!count) return kOfxStatErrValue;
  *count = static_cast<int>(param->curve(index).size());
  return kOfxStatOK;
}

OfxStatus get_point(OfxParamHandle handle, int index, double, int nth, double* key, double* value) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  const Curve curve = param->curve(index);
  if (nth < 0 || nth >= static_cast<int>(curve.size())) return kOfxStatErrBadIndex;
  const auto point = std::next(curve.begin(), nth);
  if (key) *key = point->first;
  if (value) *value = point->second;
  return kOfxStatOK;
}

OfxStatus set_point(OfxParamHandle handle, int index, double, int nth, double key, double value,
                    bool) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  Curve curve = param->curve(index);
  if (nth < 0 || nth >= static_cast<int>(curve.size())) return kOfxStatErrBadIndex;
  curve.erase(std::next(curve.begin(), nth));
  curve[key] = value;
  param->set_curve(index, curve);
  return changed(param);
}

OfxStatus add_point(OfxParamHandle handle, int index, double, double key, double value, bool) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  Curve curve = param->curve(index);
  curve[key] = value;
  param->set_curve(index, curve);
  return changed(param);
}

OfxStatus delete_point(OfxParamHandle handle, int index, int nth) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  Curve curve = param->curve(index);
  if (nth < 0 || nth >= static_cast<int>(curve.size())) return kOfxStatErrBadIndex;
  curve.erase(std::next(curve.begin(), nth));
  param->set_curve(index, curve);
  return changed(param);
}

OfxStatus delete_all(OfxParamHandle handle, int index) {
  Param* param;
  const OfxStatus status = curve_of(handle, index, &param);
  if (status != kOfxStatOK) return status;
  param->set_curve(index, {});
  return changed(param);
}

}  // namespace

double curve_at(const Curve& curve, double position) {
  if (curve.empty()) return position;
  const auto after = curve.lower_bound(position);
  if (after == curve.begin()) return after->second;
  if (after == curve.end()) return curve.rbegin()->second;
  const auto before = std::prev(after);
  const double t = (position - before->first) / (after->first - before->first);
  return before->second + (after->second - before->second) * t;
}

const void* parametric_suite() {
  static const OfxParametricParameterSuiteV1 suite = {get_value, point_count,  get_point, set_point,
                                                      add_point, delete_point, delete_all};
  return &suite;
}

}  // namespace pyopenfx
