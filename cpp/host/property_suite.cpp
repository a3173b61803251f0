// The property suite: thin C functions over PropertySet.
#include "property_set.h"

namespace pyopenfx {
namespace {

template <class T>
OfxStatus set_one(OfxPropertySetHandle handle, const char* name, int index, T value) {
  PropertySet* set = PropertySet::from(handle);
  return set ? set->set(name, index, PropValue(std::move(value))) : kOfxStatErrBadHandle;
}

template <class T, class In>
OfxStatus set_many(OfxPropertySetHandle handle, const char* name, int count, const In* in) {
  PropertySet* set = PropertySet::from(handle);
  if (!set) return kOfxStatErrBadHandle;
  if (count < 0 || (count > 0 && !in)) return kOfxStatErrValue;
  std::vector<PropValue> values;
  for (int i = 0; i < count; ++i) values.emplace_back(T(in[i]));
  return set->set_all(name, std::move(values));
}

template <class T>
OfxStatus get_many(OfxPropertySetHandle handle, const char* name, PropType type, int index,
                   int count, T* out) {
  PropertySet* set = PropertySet::from(handle);
  if (!set) return kOfxStatErrBadHandle;
  if (count < 0 || !out) return kOfxStatErrValue;
  std::vector<PropValue> values(static_cast<size_t>(count) + 1);
  const OfxStatus status = set->get(name, type, index, count, values.data());
  if (status != kOfxStatOK) return status;
  for (int i = 0; i < count; ++i) out[i] = std::get<T>(values[i]);
  return kOfxStatOK;
}

OfxStatus set_pointer(OfxPropertySetHandle h, const char* name, int index, void* value) {
  return set_one<void*>(h, name, index, value);
}
OfxStatus set_string(OfxPropertySetHandle h, const char* name, int index, const char* value) {
  if (!value) return PropertySet::from(h) ? kOfxStatErrValue : kOfxStatErrBadHandle;
  return set_one<std::string>(h, name, index, value);
}
OfxStatus set_double(OfxPropertySetHandle h, const char* name, int index, double value) {
  return set_one<double>(h, name, index, value);
}
OfxStatus set_int(OfxPropertySetHandle h, const char* name, int index, int value) {
  return set_one<int>(h, name, index, value);
}
OfxStatus set_pointers(OfxPropertySetHandle h, const char* name, int count, void* const* values) {
  return set_many<void*>(h, name, count, values);
}
OfxStatus set_strings(OfxPropertySetHandle h, const char* name, int count,
                      const char* const* values) {
  for (int i = 0; values && i < count; ++i) {
    if (!values[i]) return kOfxStatErrValue;
  }
  return set_many<std::string>(h, name, count, values);
}
OfxStatus set_doubles(OfxPropertySetHandle h, const char* name, int count, const double* values) {
  return set_many<double>(h, name, count, values);
}
OfxStatus set_ints(OfxPropertySetHandle h, const char* name, int count, const int* values) {
  return set_many<int>(h, name, count, values);
}
OfxStatus get_pointer(OfxPropertySetHandle h, const char* name, int index, void** value) {
  return get_many<void*>(h, name, PropType::kPointer, index, 1, value);
}
OfxStatus get_string(OfxPropertySetHandle h, const char* name, int index, char** value) {
  PropertySet* set = PropertySet::from(h);
  return set ? set->get_text(name, index, value) : kOfxStatErrBadHandle;
}
OfxStatus get_double(OfxPropertySetHandle h, const char* name, int index, double* value) {
  return get_many<double>(h, name, PropType::kDouble, index, 1, value);
}
OfxStatus get_int(OfxPropertySetHandle h, const char* name, int index, int* value) {
  return get_many<int>(h, name, PropType::kInt, index, 1, value);
}
OfxStatus get_pointers(OfxPropertySetHandle h, const char* name, int count, void** values) {
  return get_many<void*>(h, name, PropType::kPointer, 0, count, values);
}
OfxStatus get_strings(OfxPropertySetHandle h, const char* name, int count, char** values) {
  PropertySet* set = PropertySet::from(h);
  if (!set) return kOfxStatErrBadHandle;
  if (!values) return kOfxStatErrValue;
  for (int i = 0; i < count; ++i) {
    const OfxStatus status = set->get_text(name, i, &values[i]);
    if (status != kOfxStatOK) return status;
  }
  return kOfxStatOK;
}
OfxStatus get_doubles(OfxPropertySetHandle h, const char* name, int count, double* values) {
  return get_many<double>(h, name, PropType::kDouble, 0, count, values);
}
OfxStatus get_ints(OfxPropertySetHandle h, const char* name, int count, int* values) {
  return get_many<int>(h, name, PropType::kInt, 0, count, values);
}
OfxStatus reset(OfxPropertySetHandle h, const char* name) {
  PropertySet* set = PropertySet::from(h);
  return set ? set->reset(name) : kOfxStatErrBadHandle;
}
OfxStatus get_dimension(OfxPropertySetHandle h, const char* name, int* count) {
  PropertySet* set = PropertySet::from(h);
  return set ? set->dimension(name, count) : kOfxStatErrBadHandle;
}

}  // namespace

const OfxPropertySuiteV1* property_suite() {
  static const OfxPropertySuiteV1 suite = {
      set_pointer,  set_string,  set_double,  set_int,    set_pointers, set_strings,
      set_doubles,  set_ints,    get_pointer, get_string, get_double,   get_int,
      get_pointers, get_strings, get_doubles, get_ints,   reset,        get_dimension};
  return &suite;
}

}  // namespace pyopenfx
