// What the standard says of each type of parameter: values, properties, defaults.
#include "param_tables.h"

#include <cfloat>
#include <climits>

#include "ofxParametricParam.h"

namespace pyopenfx {
namespace {

const ParamType kTypes[] = {
    {kOfxParamTypeInteger, ParamStore::kInt, 1, true},
    {kOfxParamTypeDouble, ParamStore::kDouble, 1, true},
    {kOfxParamTypeBoolean, ParamStore::kInt, 1, false},
    {kOfxParamTypeChoice, ParamStore::kInt, 1, false},
    {kOfxParamTypeStrChoice, ParamStore::kText, 1, false},
    {kOfxParamTypeRGBA, ParamStore::kDouble, 4, true},
    {kOfxParamTypeRGB, ParamStore::kDouble, 3, true},
    {kOfxParamTypeDouble2D, ParamStore::kDouble, 2, true},
    {kOfxParamTypeInteger2D, ParamStore::kInt, 2, true},
    {kOfxParamTypeDouble3D, ParamStore::kDouble, 3, true},
    {kOfxParamTypeInteger3D, ParamStore::kInt, 3, true},
    {kOfxParamTypeString, ParamStore::kText, 1, false},
    {kOfxParamTypeCustom, ParamStore::kText, 1, false},
    {kOfxParamTypeBytes, ParamStore::kBytes, 1, false},
    {kOfxParamTypeGroup, ParamStore::kNone, 0, false},
    {kOfxParamTypePage, ParamStore::kNone, 0, false},
    {kOfxParamTypePushButton, ParamStore::kNone, 0, false},
    {kOfxParamTypeParametric, ParamStore::kNone, 0, false},
};

using Specs = std::vector<PropSpec>;

std::string str(const char* value) { return value; }

void add_common(const ParamType& type, const std::string& name, Specs* specs) {
  const auto text = [&](const char* property, const std::string& value) {
    specs->push_back({property, PropType::kString, 1, {value}});
  };
  const auto flag = [&](const char* property, int value) {
    specs->push_back({property, PropType::kInt, 1, {value}});
  };
  text(kOfxPropType, kOfxTypeParameter);
  text(kOfxPropName, name);
  text(kOfxPropLabel, name);
  text(kOfxPropShortLabel, name);
  text(kOfxPropLongLabel, name);
  text(kOfxParamPropType, type.name);
  text(kOfxParamPropHint, "");
  text(kOfxParamPropScriptName, name);
  text(kOfxParamPropParent, "");
  flag(kOfxParamPropSecret, 0);
  flag(kOfxParamPropEnabled, 1);
  specs->push_back({kOfxParamPropDataPtr, PropType::kPointer, 1, {static_cast<void*>(nullptr)}});
  specs->push_back({kOfxPropIcon, PropType::kString, 2, {str("")}});
  specs->push_back({kOfxParamPropInteractV1, PropType::kPointer, 1, {static_cast<void*>(nullptr)}});
  specs->push_back({kOfxParamPropInteractSize, PropType::kDouble, 2, {0.0, 0.0}});
  specs->push_back({kOfxParamPropInteractSizeAspect, PropType::kDouble, 1, {1.0}});
  specs->push_back({kOfxParamPropInteractMinimumSize, PropType::kDouble, 2, {10.0, 10.0}});
  specs->push_back({kOfxParamPropInteractPreferedSize, PropType::kInt, 2, {10, 10}});
}

void add_value(const ParamType& type, Specs* specs) {
  const auto flag = [&](const char* property, int value) {
    specs->push_back({property, PropType::kInt, 1, {value}});
  };
  flag(kOfxParamPropAnimates, type.blends ? 1 : 0);
  flag(kOfxParamPropIsAnimating, 0);
  flag(kOfxParamPropIsAutoKeying, 0);
  flag(kOfxParamPropPersistant, 1);
  flag(kOfxParamPropEvaluateOnChange, 1);
  flag(kOfxParamPropPluginMayWrite, 0);
  flag(kOfxParamPropCanUndo, 1);
  specs->push_back({kOfxParamPropCacheInvalidation,
                    PropType::kString,
                    1,
                    {str(kOfxParamInvalidateValueChange)}});
  const int count = type.count;
  switch (type.store) {
    case ParamStore::kInt:
      specs->push_back({kOfxParamPropDefault, PropType::kInt, count, {0}});
      break;
    case ParamStore::kDouble:
      specs->push_back({kOfxParamPropDefault, PropType::kDouble, count, {0.0}});
      break;
    case ParamStore::kText:
      specs->push_back({kOfxParamPropDefault, PropType::kString, 1, {str("")}});
      break;
    case ParamStore::kBytes:
      specs->push_back(
          {kOfxParamPropDefault, PropType::kPointer, 1, {static_cast<void*>(nullptr)}});
      break;
    case ParamStore::kNone:
      break;
  }
}

void add_range(const ParamType& type, Specs* specs) {
  if (!type.blends) return;
  const std::string name = type.name;
  const bool colour = name == kOfxParamTypeRGB || name == kOfxParamTypeRGBA;
  const bool whole = type.store == ParamStore::kInt;
  const PropType kind = whole ? PropType::kInt : PropType::kDouble;
  const PropValue low = whole ? PropValue(INT_MIN) : PropValue(-DBL_MAX);
  const PropValue high = whole ? PropValue(INT_MAX) : PropValue(DBL_MAX);
  specs->push_back({kOfxParamPropMin, kind, type.count, {low}});
  specs->push_back({kOfxParamPropMax, kind, type.count, {high}});
  specs->push_back({kOfxParamPropDisplayMin, kind, type.count, {colour ? PropValue(0.0) : low}});
  specs->push_back({kOfxParamPropDisplayMax, kind, type.count, {colour ? PropValue(1.0) : high}});
  if (!whole) {
    specs->push_back({kOfxParamPropIncrement, PropType::kDouble, 1, {1.0}});
    specs->push_back({kOfxParamPropDigits, PropType::kInt, 1, {2}});
  }
  static const char* const kAxes[] = {"x", "y", "z"};
  static const char* const kColours[] = {"r", "g", "b", "a"};
  std::vector<PropValue> labels;
  for (int i = 0; i < type.count; ++i) labels.push_back(str(colour ? kColours[i] : kAxes[i]));
  specs->push_back({kOfxParamPropDimensionLabel, PropType::kString, type.count, labels});
}

void add_special(const ParamType& type, Specs* specs) {
  const std::string name = type.name;
  const auto text = [&](const char* property, const char* value) {
    specs->push_back({property, PropType::kString, 1, {str(value)}});
  };
  const auto flag = [&](const char* property, int value) {
    specs->push_back({property, PropType::kInt, 1, {value}});
  };
  if (name == kOfxParamTypeDouble) flag(kOfxParamPropShowTimeMarker, 0);
  if (type.store == ParamStore::kDouble && type.count < 4 && name != kOfxParamTypeRGB) {
    text(kOfxParamPropDoubleType, kOfxParamDoubleTypePlain);
    text(kOfxParamPropDefaultCoordinateSystem, kOfxParamCoordinatesCanonical);
    flag(kOfxParamPropHasHostOverlayHandle, 0);
    flag(kOfxParamPropUseHostOverlayHandle, 0);
  }
  if (name == kOfxParamTypeChoice || name == kOfxParamTypeStrChoice) {
    specs->push_back({kOfxParamPropChoiceOption, PropType::kString, 0, {}});
    specs->push_back({kOfxParamPropChoiceEnum, PropType::kString, 0, {}});
    specs->push_back({kOfxParamPropChoiceOrder, PropType::kInt, 0, {}});
  }
  if (name == kOfxParamTypeString) {
    text(kOfxParamPropStringMode, kOfxParamStringIsSingleLine);
    flag(kOfxParamPropStringFilePathExists, 1);
  }
  if (name == kOfxParamTypeCustom) {
    specs->push_back({kOfxParamPropCustomInterpCallbackV1,
                      PropType::kPointer,
                      1,
                      {static_cast<void*>(nullptr)}});
  }
  if (name == kOfxParamTypeParametric) {
    flag(kOfxParamPropParametricDimension, 1);
    specs->push_back({kOfxParamPropDimensionLabel, PropType::kString, 0, {}});
    specs->push_back({kOfxParamPropParametricUIColour, PropType::kDouble, 0, {}});
    specs->push_back({kOfxParamPropParametricInteractBackground,
                      PropType::kPointer,
                      1,
                      {static_cast<void*>(nullptr)}});
    specs->push_back({kOfxParamPropParametricRange, PropType::kDouble, 2, {0.0, 1.0}});
  }
  if (name == kOfxParamTypeGroup) flag(kOfxParamPropGroupOpen, 1);
  if (name == kOfxParamTypePage) {
    specs->push_back({kOfxParamPropPageChild, PropType::kString, 0, {}});
  }
}

}  // namespace

const ParamType* find_param_type(const std::string& name) {
  for (const ParamType& type : kTypes) {
    if (name == type.name) return &type;
  }
  return nullptr;
}

std::vector<PropSpec> param_properties(const ParamType& type, const std::string& name) {
  Specs specs;
  add_common(type, name, &specs);
  if (type.store != ParamStore::kNone || type.name == str(kOfxParamTypeParametric)) {
    add_value(type, &specs);
    add_range(type, &specs);
  }
  add_special(type, &specs);
  return specs;
}

}  // namespace pyopenfx
