// The Python module anatomatte.ops._kernels: arrays are checked here, and the loops run without the
// GIL.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "handed.h"
#include "kernels.h"

namespace py = pybind11;

namespace kernels {

void bind_lines(py::module_& module);  // module_lines.cpp

namespace {

Axis axis_of(const std::array<int, 3>& order, const std::array<float, 5>& numbers) {
  for (int channel : order)
    if (channel < 0 || channel > 2) throw py::value_error("a picture has channels 0 to 2");
  return {order[0], order[1], order[2], numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
}

py::tuple sure(const Floats& light, const Floats& surface, const Floats& depth,
               const std::optional<Floats>& slack, const std::array<int, 3>& order,
               const std::array<float, 5>& numbers, float near, float point) {
  if (light.ndim() != 3) throw py::value_error("light is H x W x 3");
  const py::ssize_t height = light.shape(0), width = light.shape(1);
  shaped(light, {height, width, 3}, "light");
  shaped(surface, {height, width, 3}, "surface");
  shaped(depth, {height, width, 2}, "depth");
  if (slack) shaped(*slack, {height, width, 2}, "slack");
  Bytes subject({height, width}), screen({height, width});
  const SureJob job = {light.data(),
                       surface.data(),
                       depth.data(),
                       slack ? slack->data() : nullptr,
                       height,
                       width,
                       axis_of(order, numbers),
                       near,
                       point,
                       subject.mutable_data(),
                       screen.mutable_data()};
  if (height && width) run(loops().sure, job);
  return py::make_tuple(subject, screen);
}

Floats gather(const Floats& light, const Floats& surface, const Floats& subject,
              const Floats& screen, py::ssize_t cell) {
  if (light.ndim() != 3 || cell < 1) throw py::value_error("light is H x W x 3, cells have pixels");
  const py::ssize_t height = light.shape(0), width = light.shape(1);
  shaped(light, {height, width, 3}, "light");
  shaped(surface, {height, width, 3}, "surface");
  shaped(subject, {height, width}, "subject");
  shaped(screen, {height, width}, "screen");
  Floats sums({(height + cell - 1) / cell, (width + cell - 1) / cell, py::ssize_t{kFields}});
  const GatherJob job = {light.data(), surface.data(), subject.data(), screen.data(),
                         height,       width,          cell,           sums.mutable_data()};
  if (height && width) run(loops().gather, job);
  return sums;
}

void look_up(const Floats& values, const Floats& table, float factor, Floats& out) {
  if (table.ndim() != 1 || table.shape(0) < 1)
    throw py::value_error("a table is one row of values");
  if (values.size() != out.size()) throw py::value_error("out has another size than values");
  run(loops().look_up, LookUpJob{values.data(), table.data(), values.size(), table.size(), factor,
                                 out.mutable_data()});
}

bool take_apart(const Floats& pixels, Floats& colour, std::optional<Floats> alpha) {
  if (pixels.ndim() != 3) throw py::value_error("pixels are H x W x 4");
  const py::ssize_t height = pixels.shape(0), width = pixels.shape(1);
  shaped(pixels, {height, width, 4}, "pixels");
  shaped(colour, {height, width, 3}, "colour");
  if (alpha) shaped(*alpha, {height, width}, "alpha");
  bool finite = true;
  run(loops().take_apart, TakeApartJob{pixels.data(), height * width, colour.mutable_data(),
                                       alpha ? alpha->mutable_data() : nullptr, &finite});
  return finite;
}

Floats raise(const Floats& low, py::ssize_t from, py::ssize_t to, py::ssize_t height,
             py::ssize_t width) {
  if (low.ndim() != 2 && low.ndim() != 3) throw py::value_error("low is h x w or h x w x C");
  const py::ssize_t channels = low.ndim() == 3 ? low.shape(2) : 1;
  if (low.size() == 0 || from < 0 || to < from || height < to || width < 0)
    throw py::value_error("the rows are not of a picture that low can be raised to");
  std::vector<py::ssize_t> shape{to - from, width};
  if (low.ndim() == 3) shape.push_back(channels);
  Floats out(shape);
  if (out.size())
    run(loops().raise, RaiseJob{low.data(), low.shape(0), low.shape(1), channels, height, width,
                                from, to, out.mutable_data()});
  return out;
}

using Strided = py::array_t<float>;

// Numbers from pixel to pixel of H×W×3 or N×3 whose pixels follow one another; 0 where they do not.
py::ssize_t from_pixel(const Strided& colours) {
  const py::ssize_t last = colours.ndim() - 1, size = sizeof(float);
  const py::ssize_t step = colours.strides(last - 1);
  if (step != size && step != 3 * size) return 0;
  py::ssize_t next = step;
  for (py::ssize_t k = last - 1; k >= 0; --k) {
    if (colours.strides(k) != next) return 0;
    next *= colours.shape(k);
  }
  return step / size;
}

// None where the colours do not lie together or as planes.
std::optional<Floats> apart(const Strided& one, const Strided& two) {
  const py::ssize_t dims = one.ndim();
  if (dims < 2 || one.shape(dims - 1) != 3) throw py::value_error("colours are H x W x 3 or N x 3");
  std::vector<py::ssize_t> shape(one.shape(), one.shape() + dims);
  if (two.ndim() != dims || !std::equal(shape.begin(), shape.end(), two.shape()))
    throw py::value_error("two has another shape than one");
  if (one.size() == 0) return std::nullopt;
  const py::ssize_t first = from_pixel(one), second = from_pixel(two), size = sizeof(float);
  if (!first || !second) return std::nullopt;
  shape.pop_back();
  Floats out(shape);
  run(loops().apart, ApartJob{one.data(), two.data(), first, one.strides(dims - 1) / size, second,
                              two.strides(dims - 1) / size, out.size(), out.mutable_data()});
  return out;
}

Floats step(const Floats& values, float low, float span) {
  Floats out(std::vector<py::ssize_t>(values.shape(), values.shape() + values.ndim()));
  run(loops().step, StepJob{values.data(), values.size(), low, span, out.mutable_data()});
  return out;
}

// Rows that lie one after the other, each in one piece.
py::ssize_t stride_of(const py::array_t<float>& plane) {
  const py::ssize_t size = sizeof(float);
  if (plane.ndim() != 2 || (plane.shape(1) > 1 && plane.strides(1) != size) ||
      plane.strides(0) % size)
    throw py::value_error("a plane is H x W, its rows in one piece each");
  return plane.strides(0) / size;
}

Floats shrink(const py::array_t<float>& pixels, py::ssize_t rows, py::ssize_t columns) {
  const py::ssize_t dims = pixels.ndim(), size = sizeof(float);
  if (dims != 2 && dims != 3) throw py::value_error("a picture is H x W or H x W x C");
  const py::ssize_t height = pixels.shape(0), width = pixels.shape(1);
  const py::ssize_t channels = dims == 3 ? pixels.shape(2) : 1;
  if (channels != 1 && channels != 3 && channels != 4)
    throw py::value_error("a picture has one, three or four channels");
  if (rows < 1 || columns < 1 || rows > height || columns > width)
    throw py::value_error("a picture is made smaller");
  if ((dims == 3 && channels > 1 && pixels.strides(2) != size) ||
      (width > 1 && pixels.strides(1) != channels * size) || pixels.strides(0) % size)
    throw py::value_error("a picture has rows in one piece each");
  std::vector<py::ssize_t> shape{rows, columns};
  if (dims == 3) shape.push_back(channels);
  Floats out(shape);
  run(loops().shrink, ShrinkJob{pixels.data(), height, width, channels, pixels.strides(0) / size,
                                rows, columns, out.mutable_data()});
  return out;
}

void calm(const py::array_t<float>& pixels, float slack, py::ssize_t top, py::ssize_t left,
          py::array_t<float>& out) {
  const py::ssize_t stride = stride_of(pixels), out_stride = stride_of(out);
  if (top < 0 || left < 0 || top + out.shape(0) > pixels.shape(0) ||
      left + out.shape(1) > pixels.shape(1))
    throw py::value_error("out is no part of the matte");
  if (out.size())
    run(loops().calm, CalmJob{pixels.data(), pixels.shape(0), pixels.shape(1), stride, slack, top,
                              left, out.shape(0), out.shape(1), out_stride, out.mutable_data()});
}

py::tuple edges(const py::array_t<float>& prior, const std::array<float, 2>& band,
                const Floats& light, const std::array<py::ssize_t, 2>& corner, const Floats& fields,
                const Floats& to_opponent, const Floats& to_light, float top,
                py::array_t<float>& total) {
  const py::ssize_t stride = stride_of(prior), total_stride = stride_of(total);
  const py::ssize_t rows = prior.shape(0), columns = prior.shape(1);
  shaped(total, {rows, columns}, "total");
  shaped(to_opponent, {3, 3}, "a matrix");
  shaped(to_light, {3, 3}, "a matrix");
  const auto [y, x] = corner;
  if (light.ndim() != 3 || light.shape(2) != 3 || y < 0 || x < 0 || y + rows > light.shape(0) ||
      x + columns > light.shape(1))
    throw py::value_error("prior is no part of the plate, H x W x 3");
  if (fields.ndim() != 4 || fields.shape(0) != 3 || fields.shape(3) != 4 || !fields.size())
    throw py::value_error("fields are 3 x h x w x 4");
  const float* first = prior.data();
  py::ssize_t count = 0;
  for (py::ssize_t k = 0; k < rows; ++k)
    for (py::ssize_t j = 0; j < columns; ++j)
      count += first[k * stride + j] > band[0] && first[k * stride + j] < band[1];
  py::array_t<py::ssize_t> place(count);
  Floats lit({count, py::ssize_t{3}});
  const py::ssize_t width = light.shape(1);
  if (rows && columns)
    run(loops().edges, EdgesJob{first,
                                rows,
                                columns,
                                stride,
                                band[0],
                                band[1],
                                y,
                                x,
                                light.shape(0),
                                width,
                                light.data() + 3 * (y * width + x),
                                3 * width,
                                fields.data(),
                                fields.shape(1),
                                fields.shape(2),
                                to_opponent.data(),
                                to_light.data(),
                                top,
                                total.mutable_data(),
                                total_stride,
                                place.mutable_data(),
                                lit.mutable_data()});
  return py::make_tuple(place, lit);
}

py::tuple between_sides(const Floats& colour, const Floats& fields, const Floats& prior) {
  if (prior.ndim() != 1) throw py::value_error("prior is N");
  const py::ssize_t count = prior.shape(0);
  shaped(colour, {3, count}, "colour");
  shaped(fields, {12, count}, "fields");
  Floats alpha(count), inside({py::ssize_t{3}, count});
  run(loops().between_sides, SidesJob{colour.data(), fields.data(), prior.data(), count,
                                      alpha.mutable_data(), inside.mutable_data()});
  return py::make_tuple(alpha, inside);
}

py::tuple mixtures(const Floats& colour, const Floats& surface, const Floats& fields,
                   const std::array<float, 2>& tone, const Floats& grain, const Floats& tint) {
  if (grain.ndim() != 1) throw py::value_error("grain is N");
  const py::ssize_t count = grain.shape(0);
  shaped(colour, {count, 3}, "colour");
  shaped(surface, {count, 3}, "surface");
  shaped(fields, {count, 12}, "fields");
  shaped(tint, {count}, "tint");
  Floats alpha(count), foreground({count, py::ssize_t{3}});
  run(loops().mixtures,
      MixturesJob{colour.data(), surface.data(), fields.data(), grain.data(), tint.data(), tone[0],
                  tone[1], count, alpha.mutable_data(), foreground.mutable_data()});
  return py::make_tuple(alpha, foreground);
}

Numbers join(const Numbers& one, const Numbers& two, const Floats& weight, const Numbers& sizes,
             double scale, py::ssize_t least) {
  if (one.ndim() != 1 || sizes.ndim() != 1)
    throw py::value_error("edges and components are one row each");
  const py::ssize_t edges = one.shape(0), count = sizes.shape(0);
  shaped(two, {edges}, "two");
  shaped(weight, {edges}, "weight");
  for (const Numbers* end : {&one, &two})
    for (py::ssize_t k = 0; k < edges; ++k)
      if (end->data()[k] < 0 || end->data()[k] >= count)
        throw py::value_error("an edge ends at a component that is not there");
  Numbers region(count);
  run(loops().join, JoinJob{one.data(), two.data(), weight.data(), edges, sizes.data(), count,
                            scale, least, region.mutable_data()});
  return region;
}

Floats opponent(const Floats& colours, const Floats& matrix, float top) {
  if (colours.ndim() != 2) throw py::value_error("colours are N x 3");
  const py::ssize_t count = colours.shape(0);
  shaped(colours, {count, 3}, "colours");
  shaped(matrix, {3, 3}, "matrix");
  Floats out({py::ssize_t{3}, count});
  run(loops().opponent, TurnJob{colours.data(), matrix.data(), count, top, out.mutable_data()});
  return out;
}

Floats light(const Floats& planes, const Floats& matrix) {
  if (planes.ndim() != 2) throw py::value_error("planes are 3 x N");
  const py::ssize_t count = planes.shape(1);
  shaped(planes, {3, count}, "planes");
  shaped(matrix, {3, 3}, "matrix");
  Floats out({count, py::ssize_t{3}});
  run(loops().light, TurnJob{planes.data(), matrix.data(), count, 0, out.mutable_data()});
  return out;
}

void luma(const Floats& colours, Floats& out) {
  const py::ssize_t last = colours.ndim() - 1;
  if (last < 1 || colours.shape(last) != 3 || colours.size() != 3 * out.size())
    throw py::value_error("colours are ... x 3, and out has their pixels");
  run(loops().luma, LumaJob{colours.data(), out.size(), out.mutable_data()});
}

void bright(Floats& luma, float middle) {
  run(loops().bright, BrightJob{luma.mutable_data(), luma.size(), middle});
}

Bytes grow(const Bytes& mask, py::ssize_t radius) {
  if (mask.ndim() != 2) throw py::value_error("a mask is H x W");
  if (radius < 0 || radius > 254) throw py::value_error("a radius is 0 to 254");
  Bytes out({mask.shape(0), mask.shape(1)});
  if (out.size())
    run(loops().grow,
        GrowJob{mask.data(), mask.shape(0), mask.shape(1), radius, out.mutable_data()});
  return out;
}

}  // namespace
}  // namespace kernels

PYBIND11_MODULE(_kernels, module) {
  using namespace kernels;
  module.attr("ISA") = isa();
  module.attr("FUSES") = fuses();
  module.def("sure", &sure, py::arg("light").noconvert(), py::arg("surface").noconvert(),
             py::arg("depth").noconvert(), py::arg("slack").noconvert(), py::arg("order"),
             py::arg("numbers"), py::arg("near"), py::arg("point"));
  module.def("gather", &gather, py::arg("light").noconvert(), py::arg("surface").noconvert(),
             py::arg("subject").noconvert(), py::arg("screen").noconvert(), py::arg("cell"));
  module.def("look_up", &look_up, py::arg("values").noconvert(), py::arg("table").noconvert(),
             py::arg("factor"), py::arg("out").noconvert());
  module.def("take_apart", &take_apart, py::arg("pixels").noconvert(),
             py::arg("colour").noconvert(), py::arg("alpha").noconvert());
  module.def("raised", &raise, py::arg("low").noconvert(), py::arg("from"), py::arg("to"),
             py::arg("height"), py::arg("width"));
  module.def("apart", &apart, py::arg("one").noconvert(), py::arg("two").noconvert());
  module.def("step", &step, py::arg("values").noconvert(), py::arg("low"), py::arg("span"));
  module.def("shrink", &shrink, py::arg("pixels").noconvert(), py::arg("rows"), py::arg("columns"));
  module.def("calm", &calm, py::arg("pixels").noconvert(), py::arg("slack"), py::arg("top"),
             py::arg("left"), py::arg("out").noconvert());
  module.def("edges", &edges, py::arg("prior").noconvert(), py::arg("band"),
             py::arg("light").noconvert(), py::arg("corner"), py::arg("fields").noconvert(),
             py::arg("to_opponent").noconvert(), py::arg("to_light").noconvert(), py::arg("top"),
             py::arg("total").noconvert());
  module.def("between_sides", &between_sides, py::arg("colour").noconvert(),
             py::arg("fields").noconvert(), py::arg("prior").noconvert());
  module.def("mixtures", &mixtures, py::arg("colour").noconvert(), py::arg("surface").noconvert(),
             py::arg("fields").noconvert(), py::arg("tone"), py::arg("grain").noconvert(),
             py::arg("tint").noconvert());
  module.def("join", &join, py::arg("one").noconvert(), py::arg("two").noconvert(),
             py::arg("weight").noconvert(), py::arg("sizes").noconvert(), py::arg("scale"),
             py::arg("least"));
  module.def("opponent", &opponent, py::arg("colours").noconvert(), py::arg("matrix").noconvert(),
             py::arg("top"));
  module.def("light", &light, py::arg("planes").noconvert(), py::arg("matrix").noconvert());
  module.def("luma", &luma, py::arg("colours").noconvert(), py::arg("out").noconvert());
  module.def("bright", &bright, py::arg("luma").noconvert(), py::arg("middle"));
  module.def("grow", &grow, py::arg("mask").noconvert(), py::arg("radius"));
  add_part_loops(module);
  add_people_loops(module);
  add_head_loops(module);
  bind_lines(module);
}
