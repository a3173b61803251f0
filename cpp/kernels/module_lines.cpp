// What Python calls of lines and layers: arrays are checked here, and the loops run without the
// GIL.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstring>
#include <string>
#include <vector>

#include "layers.h"
#include "lines.h"

namespace py = pybind11;

namespace kernels {
namespace {

using Strided = py::array_t<float>;
using Numbers = py::array_t<int32_t, py::array::c_style>;

Plane plane_of(const Strided& array) {
  if (array.ndim() != 2) throw py::value_error("a plane is H x W");
  return {reinterpret_cast<const char*>(array.data()), array.strides(0), array.strides(1)};
}

py::tuple spans(const Strided& plane, py::ssize_t rows) {
  const Plane seen = plane_of(plane);
  if (rows < 1) throw py::value_error("a band has rows");
  const py::ssize_t height = plane.shape(0), width = plane.shape(1);
  Numbers found({(height + rows - 1) / rows, py::ssize_t{2}});
  int32_t* out = found.mutable_data();
  bool finite = true;
  {
    py::gil_scoped_release free;
    for (py::ssize_t y = 0; y < height; y += rows, out += 2)
      finite = span(seen, y, y + rows < height ? y + rows : height, width, out) && finite;
  }
  return py::make_tuple(found, finite);
}

Numbers boxes(const Strided& pixels) {
  if (pixels.ndim() != 3) throw py::value_error("pixels are H x W x C");
  const py::ssize_t channels = pixels.shape(2);
  Numbers found({channels, py::ssize_t{4}});
  int32_t* out = found.mutable_data();
  const char* first = reinterpret_cast<const char*>(pixels.data());
  const Plane seen = {first, pixels.strides(0), pixels.strides(1)};
  {
    py::gil_scoped_release free;
    box(seen, pixels.shape(0), pixels.shape(1), channels, pixels.strides(2), out);
  }
  return found;
}

void beside(const std::vector<Strided>& planes, Strided& out) {
  if (out.ndim() != 3 || out.shape(2) != static_cast<py::ssize_t>(planes.size()))
    throw py::value_error("out is H x W x as many as there are planes");
  std::vector<Plane> seen;
  for (const Strided& one : planes) {
    seen.push_back(plane_of(one));
    if (one.shape(0) != out.shape(0) || one.shape(1) != out.shape(1))
      throw py::value_error("a plane has another size than out");
  }
  char* into = reinterpret_cast<char*>(out.mutable_data());
  const py::ssize_t row = out.strides(0), column = out.strides(1), channel = out.strides(2);
  py::gil_scoped_release free;
  interleave(seen, out.shape(0), out.shape(1), into, row, column, channel);
}

py::tuple pack_lines(const std::vector<Strided>& planes, const Numbers& places, py::ssize_t words,
                     py::ssize_t from, py::ssize_t to, py::ssize_t block, int32_t number) {
  const py::ssize_t count = static_cast<py::ssize_t>(planes.size());
  if (places.ndim() != 2 || places.shape(0) != count || places.shape(1) != 4)
    throw py::value_error("places are first word, words a number, first and last column of planes");
  if (from < 0 || to < from || block < 1 || words < 1) throw py::value_error("no such rows");
  std::vector<Channel> channels;
  py::ssize_t at = 0;
  for (py::ssize_t n = 0; n < count; ++n) {
    const int32_t* told = places.data(n, 0);
    const Channel one = {plane_of(planes[n]), told[0], told[1], told[2], told[3]};
    const bool inside = one.from >= 0 && one.to >= one.from && one.to <= planes[n].shape(1) &&
                        to <= planes[n].shape(0);
    if (!inside || one.size < 1 || one.size > 2 || one.first + one.size * one.from < at)
      throw py::value_error(
          "planes are in the order of their words, and what is packed is in them");
    at = one.first + one.size * one.to;
    channels.push_back(one);
  }
  if (at > words) throw py::value_error("a line has fewer words than its planes");
  std::vector<uint8_t> made;
  std::vector<int64_t> sizes;
  {
    py::gil_scoped_release free;
    made = packed(channels, words, from, to, block, number, &sizes);
  }
  return py::make_tuple(py::bytes(reinterpret_cast<const char*>(made.data()), made.size()), sizes);
}

}  // namespace

void bind_lines(py::module_& module) {
  module.def("spans", &spans, py::arg("plane").noconvert(), py::arg("rows"));
  module.def("boxes", &boxes, py::arg("pixels").noconvert());
  module.def("beside", &beside, py::arg("planes").noconvert(), py::arg("out").noconvert());
  module.def("pack_lines", &pack_lines, py::arg("planes").noconvert(),
             py::arg("places").noconvert(), py::arg("words"), py::arg("from"), py::arg("to"),
             py::arg("block"), py::arg("number"));
}

}  // namespace kernels
