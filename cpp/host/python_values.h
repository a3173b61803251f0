// Between Python's values and ours.  Every function here wants the GIL.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "images.h"
#include "params.h"
#include "property_set.h"
#include "text.h"

namespace pyopenfx {

namespace py = pybind11;

// A Python object that any thread may let go of.
std::shared_ptr<py::object> share(py::object object);

std::vector<PropValue> to_prop_values(const py::handle& value);
py::object from_prop_value(const PropValue& value);
py::list from_prop_values(const std::vector<PropValue>& values);
// A property for each item; bool and int make integers, float a double, str a string, None a
// null pointer.  A scalar makes one of dimension 1, a tuple one of its length, a list one of any
// length (an empty one of strings).
void fill(PropertySet* set, const py::dict& items);
py::dict to_dict(const PropertySet& set);

ParamValue to_param_value(const ParamType& type, const py::handle& value);
py::object from_param_value(const ParamType& type, const ParamValue& value);

// Borrows the pixels of an array of shape H x W or H x W x C, top row first, whose rows are dense.
std::shared_ptr<ImageBuffer> to_image(py::array array, const py::dict& facts, bool writable);
// A flat array of bytes out of the pool.
py::array_t<uint8_t> block_array(size_t bytes);

}  // namespace pyopenfx
