#include "property_set.h"

#include "handles.h"

namespace pyopenfx {
namespace {

constexpr int kMostValues =
    1 << 16;  // of a property of free dimension; more is a plug-in gone wrong

PropType type_of(const PropValue& value) { return static_cast<PropType>(value.index()); }

PropValue zero(PropType type) {
  switch (type) {
    case PropType::kInt:
      return 0;
    case PropType::kDouble:
      return 0.0;
    case PropType::kString:
      return std::string();
    case PropType::kPointer:
      break;
  }
  return static_cast<void*>(nullptr);
}

}  // namespace

PropertySet::PropertySet() { handle_born(HandleKind::kProperties, this); }

PropertySet::PropertySet(const PropertySet& other) {
  handle_born(HandleKind::kProperties, this);
  std::lock_guard<std::mutex> lock(other.mutex_);
  properties_ = other.properties_;
}

PropertySet::~PropertySet() { bury(); }

void PropertySet::bury() const { handle_died(HandleKind::kProperties, this); }

PropertySet* PropertySet::from(OfxPropertySetHandle handle) {
  auto* set = reinterpret_cast<PropertySet*>(handle);
  return handle_alive(HandleKind::kProperties, set) ? set : nullptr;
}

const PropertySet::Property* PropertySet::find(const std::string& name) const {
  auto it = properties_.find(name);
  return it == properties_.end() ? nullptr : &it->second;
}

PropertySet::Property* PropertySet::find(const std::string& name) {
  auto it = properties_.find(name);
  return it == properties_.end() ? nullptr : &it->second;
}

void PropertySet::define(const PropSpec& spec) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<PropValue> values = spec.values;
  if (spec.dimension > 0 && static_cast<int>(values.size()) < spec.dimension) {
    values.resize(spec.dimension, values.empty() ? zero(spec.type) : values.back());
  }
  properties_[spec.name] = Property{spec.type, spec.dimension, values, values};
}

void PropertySet::define(const std::vector<PropSpec>& specs) {
  for (const PropSpec& spec : specs) define(spec);
}

bool PropertySet::has(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return find(name) != nullptr;
}

std::vector<std::string> PropertySet::names() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> all;
  for (const auto& item : properties_) all.push_back(item.first);
  return all;
}

OfxStatus PropertySet::set(const char* name, int index, PropValue value) {
  if (!name) return kOfxStatErrValue;
  std::lock_guard<std::mutex> lock(mutex_);
  Property* property = find(name);
  if (!property) return kOfxStatErrUnknown;
  if (property->type != type_of(value)) return kOfxStatErrValue;
  if (pinned_.count(name)) return kOfxStatOK;
  const int limit = property->dimension > 0 ? property->dimension : kMostValues;
  if (index < 0 || index >= limit) return kOfxStatErrBadIndex;
  if (index >= static_cast<int>(property->values.size())) {
    property->values.resize(index + 1, zero(property->type));
  }
  property->values[index] = std::move(value);
  return kOfxStatOK;
}

OfxStatus PropertySet::set_all(const char* name, std::vector<PropValue> values) {
  if (!name) return kOfxStatErrValue;
  std::lock_guard<std::mutex> lock(mutex_);
  Property* property = find(name);
  if (!property) return kOfxStatErrUnknown;
  for (const PropValue& value : values) {
    if (property->type != type_of(value)) return kOfxStatErrValue;
  }
  if (pinned_.count(name)) return kOfxStatOK;
  if (property->dimension == 0) {
    if (values.size() > kMostValues) return kOfxStatErrBadIndex;
    property->values = std::move(values);
    return kOfxStatOK;
  }
  if (static_cast<int>(values.size()) > property->dimension) return kOfxStatErrBadIndex;
  std::move(values.begin(), values.end(), property->values.begin());
  return kOfxStatOK;
}

OfxStatus PropertySet::reset(const char* name) {
  if (!name) return kOfxStatErrValue;
  std::lock_guard<std::mutex> lock(mutex_);
  Property* property = find(name);
  if (!property) return kOfxStatErrUnknown;
  property->values = property->defaults;
  return kOfxStatOK;
}

OfxStatus PropertySet::dimension(const char* name, int* count) const {
  if (!name || !count) return kOfxStatErrValue;
  std::lock_guard<std::mutex> lock(mutex_);
  const Property* property = find(name);
  if (!property) return kOfxStatErrUnknown;
  *count = static_cast<int>(property->values.size());
  return kOfxStatOK;
}

OfxStatus PropertySet::get(const char* name, PropType type, int index, int count,
                           PropValue* out) const {
  if (!name || !out) return kOfxStatErrValue;
  std::lock_guard<std::mutex> lock(mutex_);
  const Property* property = find(name);
  if (!property) return kOfxStatErrUnknown;
  if (property->type != type) return kOfxStatErrValue;
  const int size = static_cast<int>(property->values.size());
  if (index < 0 || count < 0 || index + count > size) return kOfxStatErrBadIndex;
  for (int i = 0; i < count; ++i) out[i] = property->values[index + i];
  return kOfxStatOK;
}

OfxStatus PropertySet::get_text(const char* name, int index, char** out) const {
  if (!name || !out) return kOfxStatErrValue;
  std::lock_guard<std::mutex> lock(mutex_);
  const Property* property = find(name);
  if (!property) return kOfxStatErrUnknown;
  if (property->type != PropType::kString) return kOfxStatErrValue;
  if (index < 0 || index >= static_cast<int>(property->values.size())) return kOfxStatErrBadIndex;
  *out = const_cast<char*>(std::get<std::string>(property->values[index]).c_str());
  return kOfxStatOK;
}

int PropertySet::integer(const std::string& name, int fallback, int index) const {
  PropValue value;
  if (get(name.c_str(), PropType::kInt, index, 1, &value) != kOfxStatOK) return fallback;
  return std::get<int>(value);
}

double PropertySet::number(const std::string& name, double fallback, int index) const {
  PropValue value;
  if (get(name.c_str(), PropType::kDouble, index, 1, &value) != kOfxStatOK) return fallback;
  return std::get<double>(value);
}

std::string PropertySet::text(const std::string& name, const std::string& fallback,
                              int index) const {
  PropValue value;
  if (get(name.c_str(), PropType::kString, index, 1, &value) != kOfxStatOK) return fallback;
  return std::get<std::string>(value);
}

void* PropertySet::pointer(const std::string& name) const {
  PropValue value;
  if (get(name.c_str(), PropType::kPointer, 0, 1, &value) != kOfxStatOK) return nullptr;
  return std::get<void*>(value);
}

std::vector<PropValue> PropertySet::values(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const Property* property = find(name);
  return property ? property->values : std::vector<PropValue>();
}

PropType PropertySet::type(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const Property* property = find(name);
  return property ? property->type : PropType::kPointer;
}

void PropertySet::remove(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  properties_.erase(name);
  absent_.insert(name);
}

void PropertySet::pin(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  pinned_.insert(name);
}

void PropertySet::put(const std::string& name, std::vector<PropValue> values) {
  std::lock_guard<std::mutex> lock(mutex_);
  Property* property = find(name);
  if (property) {
    // texts that a plug-in holds stay where they are unless something did change
    if (property->values != values) property->values = std::move(values);
  } else if (!values.empty() && !absent_.count(name)) {
    const PropType type = type_of(values.front());
    properties_[name] = Property{type, static_cast<int>(values.size()), values, values};
  }
}

}  // namespace pyopenfx
