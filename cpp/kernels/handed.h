// Arrays that Python hands to loops, and how a loop is run.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <initializer_list>
#include <new>
#include <string>

namespace kernels {

namespace py = pybind11;

// The loops of parts and of windows, added to the module.
void add_part_loops(py::module_& module);

// The loops over the pixels of one person.
void add_people_loops(py::module_& module);

// The loops of the people network's heads.
void add_head_loops(py::module_& module);

using Floats = py::array_t<float, py::array::c_style>;
using Numbers = py::array_t<int32_t, py::array::c_style>;
using Bytes = py::array_t<uint8_t, py::array::c_style>;
using Flags = py::array_t<bool, py::array::c_style>;

// What is handed over lies as the loops read it; anything else is a mistake of the caller's.
inline void shaped(const py::array& array, std::initializer_list<py::ssize_t> shape,
                   const char* name) {
  bool same = array.ndim() == static_cast<py::ssize_t>(shape.size());
  for (size_t k = 0; same && k < shape.size(); ++k) same = array.shape(k) == shape.begin()[k];
  if (!same)
    throw py::value_error(std::string(name) + " has another shape than what it belongs to");
}

inline void all_within(const Numbers& numbers, py::ssize_t from, py::ssize_t to, const char* name) {
  for (py::ssize_t k = 0; k < numbers.size(); ++k)
    if (numbers.data()[k] < from || numbers.data()[k] >= to)
      throw py::value_error(std::string(name) + " are not all there");
}

template <typename Job>
void run(bool (*loop)(const Job&), const Job& job) {
  bool done = false;
  {
    py::gil_scoped_release free;
    done = loop(job);
  }
  if (!done) throw std::bad_alloc();
}

}  // namespace kernels
