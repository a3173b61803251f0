// Text between C and Python: UTF-8, and bytes that are none pass through unharmed, as file names do
// in Python (PEP 383).
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

namespace pyopenfx {

struct Text {
  std::string bytes;

  Text() = default;
  Text(std::string text) : bytes(std::move(text)) {}
  Text(const char* text) : bytes(text ? text : "") {}
  operator const std::string&() const { return bytes; }
  bool operator<(const Text& other) const { return bytes < other.bytes; }
};

}  // namespace pyopenfx

namespace pybind11::detail {

template <>
struct type_caster<pyopenfx::Text> {
  PYBIND11_TYPE_CASTER(pyopenfx::Text, const_name("str"));

  bool load(handle source, bool) {
    if (!source || !PyUnicode_Check(source.ptr())) return false;
    PyObject* encoded = PyUnicode_AsEncodedString(source.ptr(), "utf-8", "surrogateescape");
    if (!encoded) {
      PyErr_Clear();
      return false;
    }
    value.bytes.assign(PyBytes_AS_STRING(encoded), static_cast<size_t>(PyBytes_GET_SIZE(encoded)));
    Py_DECREF(encoded);
    return true;
  }

  static handle cast(const pyopenfx::Text& text, return_value_policy, handle) {
    PyObject* made = PyUnicode_DecodeUTF8(
        text.bytes.data(), static_cast<Py_ssize_t>(text.bytes.size()), "surrogateescape");
    if (!made) throw error_already_set();
    return made;
  }
};

}  // namespace pybind11::detail
