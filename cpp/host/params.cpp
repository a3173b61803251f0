#include "params.h"

#include <algorithm>
#include <cmath>

#include "contract.h"
#include "effect.h"
#include "handles.h"
#include "ofxParametricParam.h"
#include "param_tables.h"

namespace pyopenfx {
namespace {

ParamValue blend(const ParamType& type, const ParamValue& a, const ParamValue& b, double t) {
  ParamValue out = a;
  for (int i = 0; i < type.count; ++i) {
    out.number[i] = a.number[i] + (b.number[i] - a.number[i]) * t;
    if (type.store == ParamStore::kInt) out.number[i] = std::round(out.number[i]);
  }
  return out;
}

}  // namespace

Param::Param(ParamSet* owner, const ParamType* type, const std::string& name)
    : owner_(owner), type_(type), name_(name) {
  handle_born(HandleKind::kParam, this);
  properties_.define(param_properties(*type, name));
}

Param::Param(ParamSet* owner, const Param& descriptor)
    : owner_(owner),
      type_(descriptor.type_),
      name_(descriptor.name_),
      properties_(descriptor.properties_) {
  handle_born(HandleKind::kParam, this);
  properties_.put(kOfxPropType, {std::string(kOfxTypeParameterInstance)});
  constant_ = default_value();
  std::lock_guard<std::mutex> lock(descriptor.mutex_);
  curves_ = descriptor.curves_;
}

Param::~Param() { bury(); }

void Param::bury() const {
  handle_died(HandleKind::kParam, this);
  properties_.bury();
}

Param* Param::from(OfxParamHandle handle) {
  auto* param = reinterpret_cast<Param*>(handle);
  return handle_alive(HandleKind::kParam, param) ? param : nullptr;
}

ParamValue Param::default_value() const {
  ParamValue value;
  for (int i = 0; i < type_->count; ++i) {
    if (type_->store == ParamStore::kInt) {
      value.number[i] = properties_.integer(kOfxParamPropDefault, 0, i);
    } else if (type_->store == ParamStore::kDouble) {
      value.number[i] = properties_.number(kOfxParamPropDefault, 0, i);
    } else if (type_->store == ParamStore::kText) {
      value.text = properties_.text(kOfxParamPropDefault);
    }
  }
  return value;
}

ParamValue Param::value_locked(double time) const {
  if (keys_.empty()) return constant_;
  auto after = keys_.upper_bound(time);
  if (after == keys_.begin()) return after->second;
  auto before = std::prev(after);
  if (after == keys_.end() || !type_->blends) return before->second;
  const double t = (time - before->first) / (after->first - before->first);
  return blend(*type_, before->second, after->second, t);
}

int Param::curve_count() const { return properties_.integer(kOfxParamPropParametricDimension, 1); }

Curve Param::curve(int index) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = curves_.find(index);
  return found == curves_.end() ? Curve() : found->second;
}

void Param::set_curve(int index, const Curve& curve) {
  std::lock_guard<std::mutex> lock(mutex_);
  curves_[index] = curve;
}

// Between two keys of a custom parameter the plug-in itself interpolates, where it says how.
bool Param::custom_between(double time, ParamValue* value) const {
  if (type_->name != std::string(kOfxParamTypeCustom)) return false;
  auto* callback = reinterpret_cast<OfxCustomParamInterpFuncV1*>(
      properties_.pointer(kOfxParamPropCustomInterpCallbackV1));
  if (!callback) return false;
  PropertySet in, out;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto after = keys_.upper_bound(time);
    if (after == keys_.begin() || after == keys_.end()) return false;
    const auto before = std::prev(after);
    if (before->first == time) return false;
    const double amount = (time - before->first) / (after->first - before->first);
    in.put(kOfxPropName, {name_});
    in.put(kOfxPropTime, {time});
    in.put(kOfxParamPropCustomValue, {before->second.text, after->second.text});
    in.put(kOfxParamPropInterpolationTime, {before->first, after->first});
    in.put(kOfxParamPropInterpolationAmount, {amount});
    out.put(kOfxParamPropCustomValue, {before->second.text});
  }
  try {
    if (callback(owner_->handle(), in.handle(), out.handle()) != kOfxStatOK) return false;
  } catch (...) {
    breach(kExceptionCrossed, "let a C++ exception out of an interpolation");
    return false;
  }
  value->text = out.text(kOfxParamPropCustomValue);
  return true;
}

ParamValue Param::value_at(double time) const {
  ParamValue between;
  if (custom_between(time, &between)) return between;
  std::lock_guard<std::mutex> lock(mutex_);
  return value_locked(time);
}

ParamValue Param::derivative(double time) const {
  std::lock_guard<std::mutex> lock(mutex_);
  ParamValue out;
  auto after = keys_.upper_bound(time);
  if (!type_->blends || after == keys_.begin() || after == keys_.end()) return out;
  auto before = std::prev(after);
  for (int i = 0; i < type_->count; ++i) {
    out.number[i] =
        (after->second.number[i] - before->second.number[i]) / (after->first - before->first);
  }
  return out;
}

ParamValue Param::integral(double from, double to) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const double sign = to < from ? -1 : 1;
  const double low = std::min(from, to), high = std::max(from, to);
  // Trapezes between the keys: exact, for the curve is straight there.
  std::vector<double> stops{low};
  for (const auto& key : keys_) {
    if (key.first > low && key.first < high) stops.push_back(key.first);
  }
  stops.push_back(high);
  ParamValue out;
  for (size_t k = 1; k < stops.size(); ++k) {
    const ParamValue a = value_locked(stops[k - 1]);
    const ParamValue b = type_->blends ? value_locked(stops[k]) : a;
    for (int i = 0; i < type_->count; ++i) {
      out.number[i] += sign * 0.5 * (a.number[i] + b.number[i]) * (stops[k] - stops[k - 1]);
    }
  }
  return out;
}

void Param::tell_animating() {
  if (properties_.has(kOfxParamPropIsAnimating)) {
    properties_.put(kOfxParamPropIsAnimating, {keys_.empty() ? 0 : 1});
  }
}

void Param::set_constant(const ParamValue& value) {
  std::lock_guard<std::mutex> lock(mutex_);
  keys_.clear();
  constant_ = value;
  tell_animating();
}

void Param::set_key(double time, const ParamValue& value) {
  std::lock_guard<std::mutex> lock(mutex_);
  keys_[time] = value;
  tell_animating();
}

void Param::set_now(double time, const ParamValue& value) {
  std::lock_guard<std::mutex> lock(mutex_);
  (keys_.empty() ? constant_ : keys_[time]) = value;
}

std::vector<double> Param::keys() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<double> times;
  for (const auto& key : keys_) times.push_back(key.first);
  return times;
}

bool Param::delete_key(double time) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto it = keys_.find(time);
  if (it == keys_.end()) return false;
  constant_ = it->second;  // what stays when this was the last one
  keys_.erase(it);
  tell_animating();
  return true;
}

void Param::delete_keys() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!keys_.empty()) constant_ = keys_.begin()->second;
  keys_.clear();
  tell_animating();
}

void Param::copy_from(const Param& source, double offset, const OfxRangeD* range) {
  std::map<double, ParamValue> keys;
  std::map<int, Curve> curves;
  ParamValue constant;
  {
    std::lock_guard<std::mutex> lock(source.mutex_);
    keys = source.keys_;
    curves = source.curves_;
    constant = source.constant_;
  }
  if (range && range->min == 0 && range->max == 0) range = nullptr;  // all, says the standard
  std::lock_guard<std::mutex> lock(mutex_);
  constant_ = constant;
  curves_ = curves;
  keys_.clear();
  for (const auto& key : keys) {
    if (range && (key.first < range->min || key.first > range->max)) continue;
    keys_[key.first + offset] = key.second;
  }
  tell_animating();
}

ParamSet::ParamSet(Effect* effect) : effect_(effect) { handle_born(HandleKind::kParamSet, this); }

ParamSet::ParamSet(Effect* effect, const ParamSet& descriptor) : ParamSet(effect) {
  for (const auto& param : descriptor.params_) {
    params_.push_back(std::make_unique<Param>(this, *param));
  }
}

ParamSet::~ParamSet() { bury(); }

void ParamSet::bury() const {
  handle_died(HandleKind::kParamSet, this);
  for (const auto& param : params_) param->bury();
}

ParamSet* ParamSet::from(OfxParamSetHandle handle) {
  auto* set = reinterpret_cast<ParamSet*>(handle);
  return handle_alive(HandleKind::kParamSet, set) ? set : nullptr;
}

PropertySet& ParamSet::properties() { return effect_->properties(); }

Param* ParamSet::define(const std::string& type, const std::string& name, OfxStatus* status) {
  const ParamType* known = find_param_type(type);
  if (!known) {
    *status = kOfxStatErrUnknown;
    return nullptr;
  }
  if (find(name)) {
    *status = kOfxStatErrExists;
    return nullptr;
  }
  params_.push_back(std::make_unique<Param>(this, known, name));
  *status = kOfxStatOK;
  return params_.back().get();
}

Param* ParamSet::find(const std::string& name) {
  for (const auto& param : params_) {
    if (param->name() == name) return param.get();
  }
  return nullptr;
}

}  // namespace pyopenfx
