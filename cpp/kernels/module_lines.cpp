// What Python calls of lines and layers: arrays are checked here, and the loops run without the
// GIL.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "layers.h"
#include "lines.h"
#include "marking.h"

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

// Band by band, so that channels of one picture are read while they are in the cache.
std::vector<uint64_t> mark_planes(const std::vector<Strided>& planes, const Numbers& columns,
                                  py::ssize_t rows, const std::vector<bool>& rounded, int64_t y,
                                  int64_t x) {
  const size_t count = planes.size();
  const py::ssize_t bands = columns.ndim() == 3 ? columns.shape(1) : -1;
  if (rows < 1 || bands < 0 || columns.shape(2) != 2 || rounded.size() != count ||
      columns.shape(0) != static_cast<py::ssize_t>(count))
    throw py::value_error("columns are first and last of every so many rows of each plane");
  std::vector<Pixels> pixels;
  for (size_t n = 0; n < count; ++n) {
    const Plane seen = plane_of(planes[n]);
    if (bands != (planes[n].shape(0) + rows - 1) / rows)
      throw py::value_error("columns are those of other rows than the plane's");
    for (py::ssize_t k = 0; k < bands; ++k)
      if (columns.at(n, k, 0) < 0 || columns.at(n, k, 1) > planes[n].shape(1))
        throw py::value_error("columns are in the plane");
    const Kind kind = rounded[n] ? Kind::kRounded : Kind::kFloat;
    pixels.push_back({seen.values, seen.row, seen.column, 0, planes[n].shape(0), 0, 0, x, y, kind});
  }
  std::vector<uint64_t> sums(count);
  py::gil_scoped_release free;
  for (py::ssize_t k = 0; k < bands; ++k)
    for (size_t n = 0; n < count; ++n) {
      Pixels band = pixels[n];
      band.top = k * rows, band.bottom = std::min(band.bottom, band.top + rows);
      band.left = *columns.data(n, k, 0), band.right = *columns.data(n, k, 1);
      sums[n] += mark(band);
    }
  return sums;
}

Kind kind_of(const py::array& pixels) {
  const char kind = pixels.dtype().kind();
  const py::ssize_t size = pixels.dtype().itemsize();
  if (kind == 'f' && size == 4) return Kind::kFloat;
  if (kind == 'f' && size == 2) return Kind::kHalf;
  if (kind == 'u' && size == 1) return Kind::kByte;
  if (kind == 'u' && size == 2) return Kind::kWord;
  throw py::value_error("pixels are floats, halves, or whole numbers of 8 or 16 bits");
}

// The bits that any of some pixels has, which lie one after the other.
void gathered(const char* pixels, py::ssize_t count, std::vector<char>* any) {
  const size_t size = any->size();
  char* into = any->data();
  std::memset(into, 0, size);
  for (py::ssize_t n = 0; n < count; ++n, pixels += size)
    for (size_t k = 0; k < size; ++k) into[k] |= pixels[k];
}

std::vector<uint64_t> marks(const py::array& pixels, int64_t y, int64_t x) {
  if (pixels.ndim() != 3) throw py::value_error("pixels are H x W x C");
  const char* first = static_cast<const char*>(pixels.data());
  const py::ssize_t height = pixels.shape(0), channel = pixels.strides(2);
  Pixels row = {first, pixels.strides(0), pixels.strides(1), 0, 0, 0, pixels.shape(1), x,
                y,     kind_of(pixels)};
  std::vector<uint64_t> sums(static_cast<size_t>(pixels.shape(2)));
  const py::ssize_t size = pixels.itemsize(), count = pixels.shape(2);
  const bool dense = channel == size && row.column == count * size;
  std::vector<char> any(static_cast<size_t>(count * size), dense ? 0 : 1);
  py::gil_scoped_release free;
  for (; row.top < height; ++row.top) {  // a row of all channels stays in the cache
    row.bottom = row.top + 1;
    if (dense) gathered(first + row.top * row.row, row.right, &any);
    for (py::ssize_t n = 0; n < count; ++n) {
      if (std::all_of(&any[n * size], &any[n * size] + size, [](char one) { return !one; }))
        continue;
      row.values = first + n * channel;
      sums[n] += mark(row);
    }
  }
  return sums;
}

}  // namespace

void bind_lines(py::module_& module) {
  module.def("spans", &spans, py::arg("plane").noconvert(), py::arg("rows"));
  module.def("boxes", &boxes, py::arg("pixels").noconvert());
  module.def("beside", &beside, py::arg("planes").noconvert(), py::arg("out").noconvert());
  module.def("pack_lines", &pack_lines, py::arg("planes").noconvert(),
             py::arg("places").noconvert(), py::arg("words"), py::arg("from"), py::arg("to"),
             py::arg("block"), py::arg("number"));
  module.def("mark_planes", &mark_planes, py::arg("planes").noconvert(), py::arg("columns"),
             py::arg("rows"), py::arg("rounded"), py::arg("y"), py::arg("x"));
  module.def("marks", &marks, py::arg("pixels").noconvert(), py::arg("y"), py::arg("x"));
}

}  // namespace kernels
