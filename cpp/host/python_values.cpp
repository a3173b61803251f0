#include "python_values.h"

#include <climits>

namespace pyopenfx {

std::shared_ptr<py::object> share(py::object object) {
  return {new py::object(std::move(object)), [](py::object* held) {
            if (!Py_IsInitialized()) return;  // the interpreter is gone and its objects with it
            py::gil_scoped_acquire gil;
            delete held;
          }};
}

namespace {

PropValue to_prop_value(const py::handle& value) {
  if (py::isinstance<py::str>(value)) return value.cast<Text>().bytes;
  if (py::isinstance<py::bool_>(value)) return value.cast<bool>() ? 1 : 0;
  if (py::isinstance<py::int_>(value)) return value.cast<int>();
  if (py::isinstance<py::float_>(value)) return value.cast<double>();
  if (value.is_none()) return static_cast<void*>(nullptr);
  throw py::type_error("a property holds int, float, str or None, not " +
                       std::string(py::str(py::type::handle_of(value))));
}

bool is_list(const py::handle& value) {
  return py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value);
}

}  // namespace

std::vector<PropValue> to_prop_values(const py::handle& value) {
  std::vector<PropValue> values;
  if (!is_list(value)) {
    values.push_back(to_prop_value(value));
    return values;
  }
  for (const py::handle& item : value) values.push_back(to_prop_value(item));
  return values;
}

py::object from_prop_value(const PropValue& value) {
  switch (static_cast<PropType>(value.index())) {
    case PropType::kInt:
      return py::int_(std::get<int>(value));
    case PropType::kDouble:
      return py::float_(std::get<double>(value));
    case PropType::kString:
      return py::cast(Text(std::get<std::string>(value)));
    case PropType::kPointer:
      break;
  }
  void* pointer = std::get<void*>(value);
  return pointer ? py::object(py::int_(reinterpret_cast<uintptr_t>(pointer))) : py::none();
}

py::list from_prop_values(const std::vector<PropValue>& values) {
  py::list list;
  for (const PropValue& value : values) list.append(from_prop_value(value));
  return list;
}

void fill(PropertySet* set, const py::dict& items) {
  for (const auto& item : items) {
    const std::string name = item.first.cast<Text>();
    std::vector<PropValue> values = to_prop_values(item.second);
    const PropType type =
        values.empty() ? PropType::kString : static_cast<PropType>(values.front().index());
    const bool free = py::isinstance<py::list>(item.second);
    const int dimension = free ? 0 : static_cast<int>(values.size());
    set->define({name.c_str(), type, dimension, std::move(values)});
  }
}

py::dict to_dict(const PropertySet& set) {
  py::dict out;
  for (const std::string& name : set.names()) {
    out[py::cast(Text(name))] = from_prop_values(set.values(name));
  }
  return out;
}

ParamValue to_param_value(const ParamType& type, const py::handle& value) {
  ParamValue out;
  if (type.store == ParamStore::kText) {
    out.text = value.cast<Text>();
  } else if (type.store == ParamStore::kBytes) {
    out.text = value.cast<std::string>();
  } else if (type.count == 1) {
    out.number[0] = value.cast<double>();
  } else {
    const auto numbers = value.cast<std::vector<double>>();
    if (static_cast<int>(numbers.size()) != type.count) {
      throw py::value_error("takes " + std::to_string(type.count) + " numbers, not " +
                            std::to_string(numbers.size()));
    }
    for (int i = 0; i < type.count; ++i) out.number[i] = numbers[i];
  }
  return out;
}

py::object from_param_value(const ParamType& type, const ParamValue& value) {
  if (type.store == ParamStore::kNone) return py::none();
  if (type.store == ParamStore::kBytes) return py::bytes(value.text);
  if (type.store == ParamStore::kText) return from_prop_value(value.text);
  py::tuple numbers(type.count);
  for (int i = 0; i < type.count; ++i) {
    if (type.store == ParamStore::kInt) {
      numbers[i] = py::int_(static_cast<long>(value.number[i]));
    } else {
      numbers[i] = py::float_(value.number[i]);
    }
  }
  return type.count == 1 ? py::object(numbers[0]) : py::object(numbers);
}

std::shared_ptr<ImageBuffer> to_image(py::array array, const py::dict& facts, bool writable) {
  const py::ssize_t item = array.itemsize();
  if (array.ndim() != 2 && array.ndim() != 3) throw py::value_error("an image is H x W x C");
  const py::ssize_t channels = array.ndim() == 3 ? array.shape(2) : 1;
  const bool dense = (channels == 1 || array.strides(2) == item) &&
                     (array.shape(1) <= 1 || array.strides(1) == channels * item);
  if (!dense) throw py::value_error("the pixels of a row must lie side by side");
  const py::ssize_t height = array.shape(0), width = array.shape(1);
  py::ssize_t down = height > 1 ? array.strides(0) : channels * item * width;
  if (down > INT_MAX || down < -INT_MAX) throw py::value_error("rows lie too far apart for OFX");
  auto image = std::make_shared<ImageBuffer>();
  auto* top = static_cast<char*>(writable ? array.mutable_data() : const_cast<void*>(array.data()));
  image->data = height > 0 ? top + (height - 1) * down : top;
  image->row_bytes = static_cast<int>(-down);
  image->bounds = facts["bounds"].cast<std::array<int, 4>>();
  image->rod = facts["rod"].cast<std::array<int, 4>>();
  image->components = facts["components"].cast<std::string>();
  image->depth = facts["depth"].cast<std::string>();
  image->premult = facts["premult"].cast<std::string>();
  image->field = facts["field"].cast<std::string>();
  image->identifier = facts["identifier"].cast<Text>();
  image->pixel_aspect = facts["pixel_aspect"].cast<double>();
  image->scale = facts["scale"].cast<std::array<double, 2>>();
  image->owner = share(std::move(array));
  const std::array<int, 4>& b = image->bounds;
  if (b[2] - b[0] != width || b[3] - b[1] != height) {
    throw py::value_error("the bounds do not fit the array");
  }
  return image;
}

py::array_t<uint8_t> block_array(size_t bytes) {
  auto* held = new std::shared_ptr<void>(pooled_block(bytes));
  py::capsule owner(held, [](void* p) { delete static_cast<std::shared_ptr<void>*>(p); });
  return py::array_t<uint8_t>({static_cast<py::ssize_t>(bytes)}, {1},
                              static_cast<uint8_t*>(held->get()), owner);
}

}  // namespace pyopenfx
