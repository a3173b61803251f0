// The Python side of the loops of parts and of windows.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "handed.h"
#include "kernels.h"

namespace kernels {
namespace {

void harden(const Floats& shares, const Numbers& rows, bool powered, Floats& out) {
  if (shares.ndim() != 2 || rows.ndim() != 1) throw py::value_error("shares are n x N");
  shaped(out, {shares.shape(0), shares.shape(1)}, "out");
  all_within(rows, 0, shares.shape(0), "rows");
  run(loops().harden, HardenJob{shares.data(), shares.shape(1), rows.data(), rows.size(), powered,
                                out.mutable_data()});
}

py::tuple vote(const Floats& shares, const Numbers& rows, bool powered, const Floats& near,
               const std::array<float, 2>& limits, int open) {
  if (shares.ndim() != 2 || rows.ndim() != 1) throw py::value_error("shares are n x N");
  if (shares.shape(0) > 255 || open < 0 || open > 255)
    throw py::value_error("rows have a byte's numbers");
  const py::ssize_t count = shares.shape(1);
  shaped(near, {count}, "near");
  all_within(rows, 0, shares.shape(0), "rows");
  Bytes codes({rows.shape(0), count}), sure(count);
  run(loops().vote,
      VoteJob{shares.data(), count, rows.data(), rows.size(), powered, near.data(), limits[0],
              limits[1], static_cast<uint8_t>(open), codes.mutable_data(), sure.mutable_data()});
  return py::make_tuple(codes, sure);
}

Floats ramp(const Floats& lines, const Flags& there, const Numbers& which, const Floats& bright,
            const std::optional<Floats>& units, const std::array<py::ssize_t, 4>& window,
            float floor, bool squared) {
  if (lines.ndim() != 4 || bright.ndim() != 2 || which.ndim() != 1)
    throw py::value_error("lines are n x h x w x 2 over a plate of H x W");
  const py::ssize_t height = bright.shape(0), width = bright.shape(1);
  shaped(lines, {lines.shape(0), lines.shape(1), lines.shape(2), 2}, "lines");
  shaped(there, {lines.shape(0), lines.shape(1), lines.shape(2)}, "there");
  if (units) shaped(*units, {height, width}, "units");
  all_within(which, 0, lines.shape(0), "parts");
  const auto [top, bottom, left, right] = window;
  if (top < 0 || bottom < top || bottom > height || left < 0 || right < left || right > width ||
      lines.size() == 0)
    throw py::value_error("the window is not of the plate");
  Floats out({bottom - top, right - left});
  std::fill_n(out.mutable_data(), out.size(), 0.0f);
  run(loops().ramp, RampJob{lines.data(), reinterpret_cast<const uint8_t*>(there.data()),
                            lines.shape(1), lines.shape(2), which.data(), which.size(),
                            bright.data(), units ? units->data() : nullptr, height, width, top,
                            bottom, left, right, floor, squared, out.mutable_data()});
  return out;
}

template <typename Number>
py::tuple extremes(const py::array_t<Number, py::array::c_style>& values,
                   const std::array<Numbers, 2>& rows, const std::array<Numbers, 2>& columns) {
  if (values.ndim() != 2) throw py::value_error("a plane is H x W");
  for (const auto& [ends, size] :
       {std::pair(&rows, values.shape(0)), std::pair(&columns, values.shape(1))}) {
    const Numbers &from = (*ends)[0], &to = (*ends)[1];
    if (from.ndim() != 1) throw py::value_error("windows are rows of numbers");
    shaped(to, {from.shape(0)}, "to");
    all_within(from, 0, size, "windows");
    all_within(to, 1, size + 1, "windows");
    for (py::ssize_t k = 0; k < from.size(); ++k)
      if (to.data()[k] <= from.data()[k]) throw py::value_error("a window has nothing in it");
  }
  const std::vector<py::ssize_t> shape{rows[0].size(), columns[0].size()};
  py::array_t<Number> low(shape), high(shape);
  run(loops().extremes,
      ExtremesJob{values.data(), std::is_same_v<Number, float>, values.shape(1), rows[0].data(),
                  rows[1].data(), rows[0].size(), columns[0].data(), columns[1].data(),
                  columns[0].size(), low.mutable_data(), high.mutable_data()});
  return py::make_tuple(low, high);
}

// What the frames around one say, H×W or K×H×W each as the frame's own is, with weights H×W.
py::tuple along(const Floats& own, const std::vector<std::pair<Floats, Floats>>& others) {
  const py::ssize_t dims = own.ndim();
  if (dims < 2) throw py::value_error("planes are H x W or K x H x W");
  const std::vector<py::ssize_t> shape(own.shape(), own.shape() + dims);
  const std::vector<py::ssize_t> plane(shape.end() - 2, shape.end());
  std::vector<const float*> values, weights;
  for (const auto& [said, weight] : others) {
    if (said.ndim() != dims || !std::equal(shape.begin(), shape.end(), said.shape()))
      throw py::value_error("planes have another shape than the frame's own");
    shaped(weight, {plane[0], plane[1]}, "weight");
    values.push_back(said.data());
    weights.push_back(weight.data());
  }
  Floats mean(shape), spread(shape), total(plane);
  std::fill_n(total.mutable_data(), total.size(), 1.0f);
  const py::ssize_t count = total.size();
  if (count)
    run(loops().along, AlongJob{own.data(), own.size() / count, count, values.data(),
                                weights.data(), static_cast<ptrdiff_t>(values.size()),
                                mean.mutable_data(), spread.mutable_data(), total.mutable_data()});
  return py::make_tuple(mean, spread, total);
}

void draw(const Floats& own, Floats& mean, const Floats& spread, const Floats& total,
          const std::array<std::array<float, 2>, 4>& limits, float tiny) {
  if (total.ndim() != 2) throw py::value_error("a weight is H x W");
  const py::ssize_t count = total.size();
  if (own.size() != mean.size() || own.size() != spread.size() || (count && own.size() % count) ||
      (!count && own.size()))
    throw py::value_error("mean has another size than own");
  if (count)
    run(loops().draw, DrawJob{own.data(), mean.mutable_data(), spread.data(), total.data(),
                              own.size() / count, count, limits[0].data(), limits[1].data(),
                              limits[2].data(), limits[3].data(), tiny});
}

void rests(const Floats& own, Floats& mean, const std::array<float, 4>& limits) {
  if (own.size() != mean.size()) throw py::value_error("mean has another size than own");
  const auto [low, span, clear, full] = limits;
  run(loops().rests, RestsJob{own.data(), mean.mutable_data(), own.size(), low, span, clear, full});
}

void hear(const Bytes& codes, const Numbers& rows, const Floats& x, const Floats& y,
          const Floats& weight, Floats& votes) {
  if (codes.ndim() != 3 || votes.ndim() != 2 || codes.shape(1) < 1 || codes.shape(2) < 1)
    throw py::value_error("codes are n x h x w, and votes n x N");
  const py::ssize_t count = votes.shape(1);
  shaped(rows, {codes.shape(0)}, "rows");
  for (const Floats* one : {&x, &y, &weight}) shaped(*one, {count}, "a place");
  all_within(rows, 0, votes.shape(0), "rows");
  run(loops().hear,
      HearJob{codes.data(), rows.data(), codes.shape(0), codes.shape(1), codes.shape(2), x.data(),
              y.data(), weight.data(), count, votes.mutable_data()});
}

using Codes = py::array_t<uint16_t, py::array::c_style>;

// Rows and columns of tiles, each of which has a pixel of a picture.
py::ssize_t tiles_of(const std::array<Numbers, 2>& tiles, py::ssize_t height, py::ssize_t width) {
  const py::ssize_t count = tiles[0].size();
  for (const Numbers& one : tiles) shaped(one, {count}, "tiles");
  all_within(tiles[0], 0, (height + kTileSide - 1) / kTileSide, "tiles");
  all_within(tiles[1], 0, (width + kTileSide - 1) / kTileSide, "tiles");
  return count;
}

py::tuple lay(const Codes& values, const std::array<py::ssize_t, 2>& origin,
              const std::array<py::ssize_t, 2>& shape, const std::array<Floats, 3>& places,
              float share, const std::array<Numbers, 2>& tiles) {
  if (values.ndim() != 2 || places[0].ndim() != 2)
    throw py::value_error("values and places are planes");
  const py::ssize_t low = places[0].shape(0), wide = places[0].shape(1);
  for (const Floats& one : places) shaped(one, {low, wide}, "places");
  const auto [top, left] = origin;
  if (top < 0 || left < 0 || top + values.shape(0) > shape[0] || left + values.shape(1) > shape[1])
    throw py::value_error("values lie outside of the matte");
  if (low < 1 || wide < 1 || low > shape[0] || wide > shape[1])
    throw py::value_error("places are on a finer grid than the matte");
  const py::ssize_t count = tiles_of(tiles, shape[0], shape[1]);
  const std::vector<py::ssize_t> made{count * kTileSide, kTileSide};
  Floats planes(made), weight(made);
  run(loops().lay, LayJob{values.data(), top, left, values.shape(0), values.shape(1), shape[0],
                          shape[1], places[0].data(), places[1].data(), places[2].data(), low, wide,
                          share, tiles[0].data(), tiles[1].data(), count, planes.mutable_data(),
                          weight.mutable_data()});
  return py::make_tuple(planes, weight);
}

Floats take_tiles(const Floats& plane, const std::array<Numbers, 2>& tiles) {
  if (plane.ndim() != 2) throw py::value_error("a plane is H x W");
  const py::ssize_t count = tiles_of(tiles, plane.shape(0), plane.shape(1));
  Floats pixels({count * kTileSide, kTileSide});
  run(loops().take_tiles, TilesJob{const_cast<float*>(plane.data()), plane.shape(0), plane.shape(1),
                                   tiles[0].data(), tiles[1].data(), count, pixels.mutable_data()});
  return pixels;
}

void put_tiles(Floats& plane, const std::array<Numbers, 2>& tiles, const Floats& pixels) {
  if (plane.ndim() != 2) throw py::value_error("a plane is H x W");
  const py::ssize_t count = tiles_of(tiles, plane.shape(0), plane.shape(1));
  shaped(pixels, {count * kTileSide, kTileSide}, "pixels");
  run(loops().put_tiles,
      TilesJob{plane.mutable_data(), plane.shape(0), plane.shape(1), tiles[0].data(),
               tiles[1].data(), count, const_cast<float*>(pixels.data())});
}

using Doubles = py::array_t<double, py::array::c_style>;

void fit(const Doubles& colours, const Doubles& weights, int rounds, double floor, Doubles& means,
         Doubles& covers, Doubles& shares) {
  if (shares.ndim() != 2 || weights.ndim() != 2 || shares.shape(1) > kMostParts)
    throw py::value_error("samples are of N colours, with a few Gaussians each");
  const py::ssize_t samples = weights.shape(0), count = weights.shape(1), parts = shares.shape(1);
  shaped(colours, {samples, count, 3}, "colours");
  shaped(shares, {samples, parts}, "shares");
  shaped(means, {samples, parts, 3}, "means");
  shaped(covers, {samples, parts, 3, 3}, "covers");
  run(loops().fit, FitJob{colours.data(), weights.data(), samples, count, parts, rounds, floor,
                          means.mutable_data(), covers.mutable_data(), shares.mutable_data()});
}

}  // namespace

void add_part_loops(py::module_& module) {
  module.def("harden", &harden, py::arg("shares").noconvert(), py::arg("rows").noconvert(),
             py::arg("powered"), py::arg("out").noconvert());
  module.def("vote", &vote, py::arg("shares").noconvert(), py::arg("rows").noconvert(),
             py::arg("powered"), py::arg("near").noconvert(), py::arg("limits"), py::arg("open"));
  module.def("ramp", &ramp, py::arg("lines").noconvert(), py::arg("there").noconvert(),
             py::arg("which").noconvert(), py::arg("bright").noconvert(),
             py::arg("units").noconvert(), py::arg("window"), py::arg("floor"), py::arg("squared"));
  module.def("extremes", &extremes<float>, py::arg("values").noconvert(), py::arg("rows"),
             py::arg("columns"));
  module.def("extremes", &extremes<uint16_t>, py::arg("values").noconvert(), py::arg("rows"),
             py::arg("columns"));
  module.def("along", &along, py::arg("own").noconvert(), py::arg("others").noconvert());
  module.def("draw", &draw, py::arg("own").noconvert(), py::arg("mean").noconvert(),
             py::arg("spread").noconvert(), py::arg("total").noconvert(), py::arg("limits"),
             py::arg("tiny"));
  module.def("rests", &rests, py::arg("own").noconvert(), py::arg("mean").noconvert(),
             py::arg("limits"));
  module.def("hear", &hear, py::arg("codes").noconvert(), py::arg("rows").noconvert(),
             py::arg("x").noconvert(), py::arg("y").noconvert(), py::arg("weight").noconvert(),
             py::arg("votes").noconvert());
  module.def("lay", &lay, py::arg("values").noconvert(), py::arg("origin"), py::arg("shape"),
             py::arg("places").noconvert(), py::arg("share"), py::arg("tiles"));
  module.def("take_tiles", &take_tiles, py::arg("plane").noconvert(), py::arg("tiles"));
  module.def("put_tiles", &put_tiles, py::arg("plane").noconvert(), py::arg("tiles"),
             py::arg("pixels").noconvert());
  module.def("fit", &fit, py::arg("colours").noconvert(), py::arg("weights").noconvert(),
             py::arg("rounds"), py::arg("floor"), py::arg("means").noconvert(),
             py::arg("covers").noconvert(), py::arg("shares").noconvert());
}

}  // namespace kernels
