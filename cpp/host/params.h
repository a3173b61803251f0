// Param: one parameter of a descriptor or an instance, with its key frames.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ofxImageEffect.h"
#include "property_set.h"

namespace pyopenfx {

class Effect;
class ParamSet;

// How a parameter's value crosses the C variadics.
enum class ParamStore { kNone, kInt, kDouble, kText, kBytes };

struct ParamType {
  const char* name;  // kOfxParamType…
  ParamStore store;
  int count;    // components
  bool blends;  // linear between keys; the others hold
};

const ParamType* find_param_type(const std::string& name);

// Control points of a parametric curve: value by position.
using Curve = std::map<double, double>;
double curve_at(const Curve& curve, double position);

struct ParamValue {
  std::array<double, 4> number{};
  std::string text;
};

class Param {
 public:
  Param(ParamSet* owner, const ParamType* type, const std::string& name);
  Param(ParamSet* owner, const Param& descriptor);  // an instance's, at its default
  ~Param();

  static Param* from(OfxParamHandle handle);
  OfxParamHandle handle() { return reinterpret_cast<OfxParamHandle>(this); }

  const ParamType& type() const { return *type_; }
  const std::string& name() const { return name_; }
  ParamSet* owner() const { return owner_; }
  PropertySet& properties() { return properties_; }

  ParamValue value_at(double time) const;
  // Derivative in units per frame; integral over frames.  Per component.
  ParamValue derivative(double time) const;
  ParamValue integral(double from, double to) const;
  void set_constant(const ParamValue& value);  // removes the keys
  void set_key(double time, const ParamValue& value);
  // As a plug-in sets it: a key at `time` where the parameter is animated, else the constant.
  void set_now(double time, const ParamValue& value);
  std::vector<double> keys() const;
  bool delete_key(double time);
  void delete_keys();
  void copy_from(const Param& source, double offset, const OfxRangeD* range);
  int curve_count() const;  // of a parametric parameter
  Curve curve(int index) const;
  void set_curve(int index, const Curve& curve);
  void bury() const;  // plug-ins may use it no more
  ParamValue default_value() const;

 private:
  ParamValue value_locked(double time) const;
  bool custom_between(double time, ParamValue* value) const;
  void tell_animating();

  ParamSet* owner_;
  const ParamType* type_;
  std::string name_;
  PropertySet properties_;
  mutable std::mutex mutex_;
  ParamValue constant_;
  std::map<double, ParamValue> keys_;
  std::map<int, Curve> curves_;
};

class ParamSet {
 public:
  explicit ParamSet(Effect* effect);
  ParamSet(Effect* effect, const ParamSet& descriptor);
  ~ParamSet();

  static ParamSet* from(OfxParamSetHandle handle);
  OfxParamSetHandle handle() { return reinterpret_cast<OfxParamSetHandle>(this); }

  Effect* effect() { return effect_; }
  PropertySet& properties();
  void bury() const;
  // Null when the type is unknown or the name is taken.
  Param* define(const std::string& type, const std::string& name, OfxStatus* status);
  Param* find(const std::string& name);
  const std::vector<std::unique_ptr<Param>>& all() const { return params_; }

 private:
  Effect* effect_;
  std::vector<std::unique_ptr<Param>> params_;
};

const OfxParameterSuiteV1* parameter_suite();

}  // namespace pyopenfx
