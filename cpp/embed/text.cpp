#include "text.h"

#include <cstring>

namespace anatomatte::embed {

py::str text_of(const char* text) {
  PyObject* made = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(strlen(text)), "replace");
  if (!made) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(made);
}

py::str path_of(const char* path) {
  PyObject* made = PyUnicode_DecodeFSDefault(path);
  if (!made) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(made);
}

std::string words_of(const py::handle& object) {
  const py::str text(object);
  PyObject* encoded = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace");
  if (!encoded) throw py::error_already_set();
  const auto owner = py::reinterpret_steal<py::bytes>(encoded);
  return std::string(owner);
}

}  // namespace anatomatte::embed
