// The parameter suite, whose values cross as C variadics.
#include <cstdarg>
#include <deque>

#include "effect.h"
#include "params.h"

namespace pyopenfx {
namespace {

// Texts handed to a plug-in live until this thread has asked for that many more.
constexpr size_t kKeptTexts = 256;

char* keep_text(std::string text) {
  thread_local std::deque<std::string> kept;
  kept.push_back(std::move(text));
  if (kept.size() > kKeptTexts) kept.pop_front();
  return kept.back().data();
}

OfxStatus write_values(const ParamType& type, const ParamValue& value, va_list args) {
  if (type.store == ParamStore::kNone) return kOfxStatErrUnsupported;
  for (int i = 0; i < type.count; ++i) {
    void* out = va_arg(args, void*);
    if (!out) return kOfxStatErrValue;
    switch (type.store) {
      case ParamStore::kInt:
        *static_cast<int*>(out) = static_cast<int>(value.number[i]);
        break;
      case ParamStore::kDouble:
        *static_cast<double*>(out) = value.number[i];
        break;
      case ParamStore::kText:
        *static_cast<char**>(out) = keep_text(value.text);
        break;
      case ParamStore::kBytes: {
        auto* bytes = static_cast<OfxBytes*>(out);
        bytes->data = reinterpret_cast<const unsigned char*>(keep_text(value.text));
        bytes->length = value.text.size();
        break;
      }
      case ParamStore::kNone:
        break;
    }
  }
  return kOfxStatOK;
}

OfxStatus read_values(const ParamType& type, va_list args, ParamValue* value) {
  if (type.store == ParamStore::kNone) return kOfxStatErrUnsupported;
  for (int i = 0; i < type.count; ++i) {
    switch (type.store) {
      case ParamStore::kInt:
        value->number[i] = va_arg(args, int);
        break;
      case ParamStore::kDouble:
        value->number[i] = va_arg(args, double);
        break;
      case ParamStore::kText: {
        const char* text = va_arg(args, const char*);
        if (!text) return kOfxStatErrValue;
        value->text = text;
        break;
      }
      case ParamStore::kBytes: {
        const auto* bytes = va_arg(args, const OfxBytes*);
        if (!bytes || (bytes->length && !bytes->data)) return kOfxStatErrValue;
        value->text.assign(reinterpret_cast<const char*>(bytes->data), bytes->length);
        break;
      }
      case ParamStore::kNone:
        break;
    }
  }
  return kOfxStatOK;
}

// The parameter of an instance; a descriptor's parameters have no values.
OfxStatus instance_param(OfxParamHandle handle, Param** param) {
  *param = Param::from(handle);
  if (!*param) return kOfxStatErrBadHandle;
  return (*param)->owner()->effect()->is_instance() ? kOfxStatOK : kOfxStatErrBadHandle;
}

// As some hosts read custom parameters: OK, and nothing written.
bool reads_nothing(const Param& param) {
  return param.type().name == std::string(kOfxParamTypeCustom) &&
         param.owner()->effect()->plugin().quirks().silent_custom;
}

// The value of a parameter, or what a host answers that has no values.
OfxStatus answer_value(const Param& param, const ParamValue& value, va_list args) {
  if (!param.owner()->effect()->plugin().quirks().made_up_values) {
    return write_values(param.type(), value, args);
  }
  const std::string kind = param.type().name;
  ParamValue made_up;
  made_up.number[0] = kind == kOfxParamTypeDouble ? 2.0 : 1.0;
  const bool known = kind == kOfxParamTypeDouble || kind == kOfxParamTypeBoolean;
  return known ? write_values(param.type(), made_up, args) : kOfxStatErrMissingHostFeature;
}

double now(Param* param) { return param->owner()->effect()->current_time(); }

OfxStatus get_value(OfxParamHandle handle, ...) {
  Param* param;
  OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  if (reads_nothing(*param)) return kOfxStatOK;
  va_list args;
  va_start(args, handle);
  status = answer_value(*param, param->value_at(now(param)), args);
  va_end(args);
  return status;
}

OfxStatus get_value_at_time(OfxParamHandle handle, OfxTime time, ...) {
  Param* param;
  OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  if (reads_nothing(*param)) return kOfxStatOK;
  va_list args;
  va_start(args, time);
  status = answer_value(*param, param->value_at(time), args);
  va_end(args);
  return status;
}

bool has_curve(const Param& param) {
  return param.type().blends && param.type().store == ParamStore::kDouble;
}

OfxStatus get_derivative(OfxParamHandle handle, OfxTime time, ...) {
  Param* param;
  OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  if (!has_curve(*param)) return kOfxStatErrUnsupported;
  va_list args;
  va_start(args, time);
  status = write_values(param->type(), param->derivative(time), args);
  va_end(args);
  return status;
}

OfxStatus get_integral(OfxParamHandle handle, OfxTime from, OfxTime to, ...) {
  Param* param;
  OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  if (!has_curve(*param)) return kOfxStatErrUnsupported;
  va_list args;
  va_start(args, to);
  status = write_values(param->type(), param->integral(from, to), args);
  va_end(args);
  return status;
}

OfxStatus set_value(OfxParamHandle handle, ...) {
  Param* param;
  OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  ParamValue value;
  va_list args;
  va_start(args, handle);
  status = read_values(param->type(), args, &value);
  va_end(args);
  if (status != kOfxStatOK) return status;
  param->set_now(now(param), value);
  param->owner()->effect()->param_edited_by_plugin(param->name());
  return kOfxStatOK;
}

OfxStatus set_value_at_time(OfxParamHandle handle, OfxTime time, ...) {
  Param* param;
  OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  ParamValue value;
  va_list args;
  va_start(args, time);
  status = read_values(param->type(), args, &value);
  va_end(args);
  if (status != kOfxStatOK) return status;
  if (!param->properties().integer(kOfxParamPropAnimates)) return kOfxStatErrUnsupported;
  param->set_key(time, value);
  param->owner()->effect()->param_edited_by_plugin(param->name());
  return kOfxStatOK;
}

OfxStatus define(OfxParamSetHandle handle, const char* type, const char* name,
                 OfxPropertySetHandle* properties) {
  ParamSet* set = ParamSet::from(handle);
  if (!set || set->effect()->is_instance()) return kOfxStatErrBadHandle;
  if (!type || !name || !*name) return kOfxStatErrValue;
  OfxStatus status;
  Param* param = set->define(type, name, &status);
  if (param && properties) *properties = param->properties().handle();
  return status;
}

OfxStatus get_handle(OfxParamSetHandle handle, const char* name, OfxParamHandle* out,
                     OfxPropertySetHandle* properties) {
  ParamSet* set = ParamSet::from(handle);
  if (!set) return kOfxStatErrBadHandle;
  Param* param = name ? set->find(name) : nullptr;
  if (!param) return kOfxStatErrUnknown;
  if (out) *out = param->handle();
  if (properties) *properties = param->properties().handle();
  return kOfxStatOK;
}

OfxStatus set_properties(OfxParamSetHandle handle, OfxPropertySetHandle* properties) {
  ParamSet* set = ParamSet::from(handle);
  if (!set) return kOfxStatErrBadHandle;
  if (!properties) return kOfxStatErrValue;
  *properties = set->properties().handle();
  return kOfxStatOK;
}

OfxStatus param_properties_of(OfxParamHandle handle, OfxPropertySetHandle* properties) {
  Param* param = Param::from(handle);
  if (!param) return kOfxStatErrBadHandle;
  if (!properties) return kOfxStatErrValue;
  *properties = param->properties().handle();
  return kOfxStatOK;
}

OfxStatus num_keys(OfxParamHandle handle, unsigned int* count) {
  Param* param;
  const OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  if (!count) return kOfxStatErrValue;
  *count = static_cast<unsigned int>(param->keys().size());
  return kOfxStatOK;
}

OfxStatus key_time(OfxParamHandle handle, unsigned int nth, OfxTime* time) {
  Param* param;
  const OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  const std::vector<double> keys = param->keys();
  if (nth >= keys.size()) return kOfxStatErrBadIndex;
  if (!time) return kOfxStatErrValue;
  *time = keys[nth];
  return kOfxStatOK;
}

OfxStatus key_index(OfxParamHandle handle, OfxTime time, int direction, int* index) {
  Param* param;
  const OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  if (!index) return kOfxStatErrValue;
  const std::vector<double> keys = param->keys();
  int found = -1;
  for (int i = 0; i < static_cast<int>(keys.size()); ++i) {
    if (direction == 0 ? keys[i] == time : direction < 0 && keys[i] < time) found = i;
    if (direction > 0 && keys[i] > time) {
      found = i;
      break;
    }
  }
  if (found < 0) return kOfxStatFailed;
  *index = found;
  return kOfxStatOK;
}

OfxStatus delete_key(OfxParamHandle handle, OfxTime time) {
  Param* param;
  const OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  return param->delete_key(time) ? kOfxStatOK : kOfxStatErrBadIndex;
}

OfxStatus delete_all_keys(OfxParamHandle handle) {
  Param* param;
  const OfxStatus status = instance_param(handle, &param);
  if (status != kOfxStatOK) return status;
  param->delete_keys();
  return kOfxStatOK;
}

OfxStatus copy(OfxParamHandle to, OfxParamHandle from, OfxTime offset, const OfxRangeD* range) {
  Param *target, *source;
  OfxStatus status = instance_param(to, &target);
  if (status == kOfxStatOK) status = instance_param(from, &source);
  if (status != kOfxStatOK) return status;
  if (&target->type() != &source->type() || target == source) return kOfxStatErrValue;
  if (target->owner()->effect()->plugin().quirks().copies_no_params) return kOfxStatOK;
  target->copy_from(*source, offset, range);
  target->owner()->effect()->param_edited_by_plugin(target->name());
  return kOfxStatOK;
}

// Undo brackets: this host keeps no undo stack.
OfxStatus edit_begin(OfxParamSetHandle handle, const char*) {
  return ParamSet::from(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}
OfxStatus edit_end(OfxParamSetHandle handle) {
  return ParamSet::from(handle) ? kOfxStatOK : kOfxStatErrBadHandle;
}

}  // namespace

const OfxParameterSuiteV1* parameter_suite() {
  static const OfxParameterSuiteV1 suite = {
      define,     get_handle,        set_properties,  param_properties_of,
      get_value,  get_value_at_time, get_derivative,  get_integral,
      set_value,  set_value_at_time, num_keys,        key_time,
      key_index,  delete_key,        delete_all_keys, copy,
      edit_begin, edit_end};
  return &suite;
}

}  // namespace pyopenfx
