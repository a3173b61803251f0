// The Python side of the loops over the pixels of one person.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "handed.h"
#include "kernels.h"

namespace kernels {
namespace {

Floats place(const Flags& inside, py::ssize_t count, const std::array<Floats, 4>& body, float hand,
             float foot) {
  if (inside.ndim() != 2) throw py::value_error("a mask is h x w");
  const auto& [trunk, face, segments, radii] = body;
  shaped(trunk, {6}, "a trunk");
  shaped(face, {9}, "a face");
  shaped(segments, {kSegments, 4}, "segments");
  shaped(radii, {4, 2}, "radii");
  const auto* mask = reinterpret_cast<const uint8_t*>(inside.data());
  py::ssize_t there = 0;
  for (py::ssize_t k = 0; k < inside.size(); ++k) there += mask[k];
  if (there != count) throw py::value_error("there are not as many pixels");
  Floats out({static_cast<py::ssize_t>(kPlaces), count});
  std::fill_n(out.mutable_data() + kOval * count, count, 0.0f);
  run(loops().place, PlaceJob{mask, inside.shape(0), inside.shape(1), count, trunk.data(),
                              face.data(), reinterpret_cast<const Segment*>(segments.data()),
                              radii.data(), hand, foot, out.mutable_data()});
  return out;
}

Floats doubt(const Floats& at, bool facing, bool head_only, const std::array<float, 2>& sure,
             const Numbers& rows, const std::optional<Floats>& shares, float floor, float weight) {
  if (at.ndim() != 2) throw py::value_error("places are rows of N");
  shaped(at, {kPlaces, at.shape(1)}, "places");
  shaped(rows, {kLabels}, "rows");
  all_within(rows, 0, kLabels, "rows");
  if (shares) shaped(*shares, {kLabels, at.shape(1)}, "shares");
  Floats out({static_cast<py::ssize_t>(kLabels), at.shape(1)});
  run(loops().doubt,
      DoubtJob{at.data(), at.shape(1), facing, head_only, sure[0], sure[1], rows.data(),
               shares ? shares->data() : nullptr, floor, weight, out.mutable_data()});
  return out;
}

using Doubles = py::array_t<double, py::array::c_style>;

py::tuple sample(const std::vector<std::pair<Floats, Floats>>& samples, py::ssize_t most,
                 double floor) {
  std::vector<const float*> colours, weights;
  std::vector<ptrdiff_t> sizes;
  for (const auto& [colour, weight] : samples) {
    if (weight.ndim() != 1 || !weight.size()) throw py::value_error("weights are N, 1 at least");
    shaped(colour, {weight.size(), 3}, "colours");
    colours.push_back(colour.data());
    weights.push_back(weight.data());
    sizes.push_back(weight.size());
  }
  const auto number = static_cast<py::ssize_t>(samples.size());
  if (!number || most < 1) throw py::value_error("there is nothing to sample");
  std::vector<int32_t> counts(samples.size());
  SampleJob job{colours.data(), weights.data(), sizes.data(), number, most, floor, counts.data(), 0,
                nullptr,        nullptr,        nullptr,      nullptr};
  run(loops().sample, job);
  const py::ssize_t longest = *std::max_element(counts.begin(), counts.end());
  if (!*std::min_element(counts.begin(), counts.end()))
    throw py::value_error("a sample has no weight");
  Doubles made({number, longest, py::ssize_t{3}}), counted({number, longest});
  Doubles middle({number, py::ssize_t{3}}), spread({number, py::ssize_t{3}, py::ssize_t{3}});
  job.longest = longest;
  job.out_colours = made.mutable_data();
  job.out_weights = counted.mutable_data();
  job.middle = middle.mutable_data();
  job.spread = spread.mutable_data();
  run(loops().sample, job);
  return py::make_tuple(made, counted, middle, spread);
}

Doubles begin(const Doubles& colours, const Doubles& weights, const Doubles& ways,
              py::ssize_t parts) {
  if (weights.ndim() != 2 || !weights.shape(1) || parts < 1)
    throw py::value_error("samples are of N colours");
  const py::ssize_t samples = weights.shape(0), count = weights.shape(1);
  shaped(colours, {samples, count, 3}, "colours");
  shaped(ways, {samples, 3}, "ways");
  Doubles means({samples, parts, py::ssize_t{3}});
  run(loops().begin, BeginJob{colours.data(), weights.data(), ways.data(), samples, count, parts,
                              means.mutable_data()});
  return means;
}

py::tuple whiten(const Doubles& covers, const Doubles& shares) {
  if (shares.ndim() != 2) throw py::value_error("shares are of samples and their Gaussians");
  const py::ssize_t samples = shares.shape(0), parts = shares.shape(1);
  shaped(covers, {samples, parts, 3, 3}, "covers");
  Floats made({samples, parts, py::ssize_t{3}, py::ssize_t{3}}), weights({samples, parts});
  run(loops().whiten, WhitenJob{covers.data(), shares.data(), samples * parts, made.mutable_data(),
                                weights.mutable_data()});
  return py::make_tuple(made, weights);
}

Floats dense(const Floats& colours, const Floats& means, const Floats& factors,
             const Floats& weights) {
  if (colours.ndim() != 2 || weights.ndim() != 2 || weights.shape(1) > kMostParts)
    throw py::value_error("colours are N x 3, and mixtures of a few Gaussians");
  const py::ssize_t mixtures = weights.shape(0), parts = weights.shape(1);
  shaped(colours, {colours.shape(0), 3}, "colours");
  shaped(means, {mixtures, parts, 3}, "means");
  shaped(factors, {mixtures, parts, 3, 3}, "factors");
  Floats out({mixtures, colours.shape(0)});
  run(loops().dense, DenseJob{colours.data(), colours.shape(0), means.data(), factors.data(),
                              weights.data(), mixtures, parts, out.mutable_data()});
  return out;
}

py::tuple steps(const Floats& smooth, const Flags& inside, float flat) {
  if (inside.ndim() != 2 || !inside.size()) throw py::value_error("a mask is h x w");
  const py::ssize_t height = inside.shape(0), width = inside.shape(1);
  shaped(smooth, {height, width, 3}, "a picture");
  Floats out({py::ssize_t{4}, height, width});
  Bytes lattice({2 * height - 1, 2 * width - 1});
  run(loops().steps, StepsJob{smooth.data(), reinterpret_cast<const uint8_t*>(inside.data()),
                              height, width, flat, out.mutable_data(), lattice.mutable_data()});
  return py::make_tuple(out, lattice);
}

py::array_t<uint64_t> border(const Numbers& lattice, const Floats& steps) {
  if (steps.ndim() != 3 || !steps.size()) throw py::value_error("steps are 4 x h x w");
  const py::ssize_t height = steps.shape(1), width = steps.shape(2);
  shaped(steps, {4, height, width}, "steps");
  shaped(lattice, {2 * height - 1, 2 * width - 1}, "a lattice");
  all_within(lattice, 0, 65536, "components");
  std::vector<uint64_t> keys(4 * static_cast<size_t>(height * width));
  ptrdiff_t count = 0;
  run(loops().border, BorderJob{lattice.data(), steps.data(), height, width, keys.data(), &count});
  return py::array_t<uint64_t>(count, keys.data());
}

py::tuple means(const Floats& values, const Numbers& of, const Floats& weight,
                py::ssize_t regions) {
  if (values.ndim() != 2 || regions < 0) throw py::value_error("values are n x N");
  const py::ssize_t rows = values.shape(0), count = values.shape(1);
  shaped(of, {count}, "regions");
  shaped(weight, {count}, "weight");
  all_within(of, 0, regions, "regions");
  Floats out({rows, regions});
  Doubles mass(regions);
  run(loops().means, MeansJob{values.data(), rows, count, of.data(), weight.data(), regions,
                              mass.mutable_data(), out.mutable_data()});
  return py::make_tuple(out, mass);
}

Floats answer(const Floats& own, const Floats& found, const Numbers& of, float power, float floor) {
  if (own.ndim() != 2 || found.ndim() != 2 || !own.shape(0))
    throw py::value_error("log odds are n x N");
  const py::ssize_t rows = own.shape(0), count = own.shape(1), regions = found.shape(1);
  shaped(found, {rows, regions}, "found");
  shaped(of, {count}, "regions");
  all_within(of, 0, regions, "regions");
  Floats out({rows, count});
  run(loops().answer, AnswerJob{own.data(), rows, count, found.data(), of.data(), regions, power,
                                floor, out.mutable_data()});
  return out;
}

Floats take(const Floats& shares, const Floats& x, const Floats& y, const Flags& inside,
            float least) {
  if (shares.ndim() != 3 || !shares.size() || x.ndim() != 1 || y.ndim() != 1)
    throw py::value_error("shares are n x h x w");
  shaped(inside, {y.size(), x.size()}, "a mask");
  const auto* mask = reinterpret_cast<const uint8_t*>(inside.data());
  const auto count = static_cast<py::ssize_t>(std::count(mask, mask + inside.size(), 1));
  Floats out({shares.shape(0), count});
  run(loops().take,
      TakeJob{shares.data(), shares.shape(0), shares.shape(1), shares.shape(2), x.data(), y.data(),
              mask, y.size(), x.size(), count, least, out.mutable_data()});
  return out;
}

void gather_up(Floats& out, const Numbers& which, const Floats& small, const Numbers& to,
               const Floats& rest, float least) {
  if (out.ndim() != 3 || small.ndim() != 3 || which.ndim() != 1)
    throw py::value_error("shares are n x h x w");
  shaped(rest, {out.shape(1), out.shape(2)}, "rest");
  shaped(to, {small.shape(0)}, "planes");
  all_within(which, 0, out.shape(0), "planes");
  all_within(to, 0, out.shape(0), "planes");
  if (small.shape(0) && !small.size()) throw py::value_error("planes are of nothing");
  run(loops().gather_up, GatherUpJob{small.data(), small.shape(1), small.shape(2), to.data(),
                                     to.size(), rest.data(), which.data(), which.size(),
                                     out.shape(1), out.shape(2), least, out.mutable_data()});
}

py::tuple likeliest(const Floats& values) {
  if (values.ndim() != 2 || values.shape(0) < 1 || values.shape(0) > 256)
    throw py::value_error("values are n x N, up to 256 of each");
  Bytes best(values.shape(1));
  Floats high(values.shape(1));
  run(loops().likeliest, LikeliestJob{values.data(), values.shape(0), values.shape(1),
                                      best.mutable_data(), high.mutable_data()});
  return py::make_tuple(best, high);
}

void carry_on(const Floats& plane, const Floats& unit, const Floats& raised,
              const std::array<Floats, 4>& spread, float tiny, Floats& out) {
  for (const Floats* one : {&plane, &unit, &raised, &spread[0], &spread[1], &spread[2], &spread[3]})
    if (one->size() != out.size()) throw py::value_error("a plane has another size than out");
  run(loops().carry_on,
      CarryOnJob{plane.data(), unit.data(), raised.data(), spread[0].data(), spread[1].data(),
                 spread[2].data(), spread[3].data(), out.size(), tiny, out.mutable_data()});
}

py::tuple openness(const Floats& shares, const Floats& cover, float low, float high) {
  if (shares.ndim() != 2) throw py::value_error("shares are n x N");
  shaped(cover, {shares.shape(1)}, "cover");
  Doubles mass(shares.shape(0)), open(shares.shape(0));
  run(loops().openness, OpennessJob{shares.data(), shares.shape(0), shares.shape(1), cover.data(),
                                    low, high, mass.mutable_data(), open.mutable_data()});
  return py::make_tuple(mass, open);
}

Floats resemble(const Floats& colours, const std::array<float, 3>& middle,
                const std::array<float, 3>& spread) {
  if (colours.ndim() != 2) throw py::value_error("colours are N x 3");
  shaped(colours, {colours.shape(0), 3}, "colours");
  Floats out(colours.shape(0));
  run(loops().resemble, ResembleJob{colours.data(),
                                    colours.shape(0),
                                    {middle[0], middle[1], middle[2]},
                                    {spread[0], spread[1], spread[2]},
                                    out.mutable_data()});
  return out;
}

}  // namespace

void add_people_loops(py::module_& module) {
  module.def("place", &place, py::arg("inside").noconvert(), py::arg("count"), py::arg("body"),
             py::arg("hand"), py::arg("foot"));
  module.def("doubt", &doubt, py::arg("at").noconvert(), py::arg("facing"), py::arg("head_only"),
             py::arg("sure"), py::arg("rows").noconvert(), py::arg("shares").noconvert(),
             py::arg("floor"), py::arg("weight"));
  module.def("sample", &sample, py::arg("samples"), py::arg("most"), py::arg("floor"));
  module.def("begin", &begin, py::arg("colours").noconvert(), py::arg("weights").noconvert(),
             py::arg("ways").noconvert(), py::arg("parts"));
  module.def("whiten", &whiten, py::arg("covers").noconvert(), py::arg("shares").noconvert());
  module.def("dense", &dense, py::arg("colours").noconvert(), py::arg("means").noconvert(),
             py::arg("factors").noconvert(), py::arg("weights").noconvert());
  module.def("steps", &steps, py::arg("smooth").noconvert(), py::arg("inside").noconvert(),
             py::arg("flat"));
  module.def("border", &border, py::arg("lattice").noconvert(), py::arg("steps").noconvert());
  module.def("means", &means, py::arg("values").noconvert(), py::arg("of").noconvert(),
             py::arg("weight").noconvert(), py::arg("regions"));
  module.def("answer", &answer, py::arg("own").noconvert(), py::arg("found").noconvert(),
             py::arg("of").noconvert(), py::arg("power"), py::arg("floor"));
  module.def("take", &take, py::arg("shares").noconvert(), py::arg("x").noconvert(),
             py::arg("y").noconvert(), py::arg("inside").noconvert(), py::arg("least"));
  module.def("gather_up", &gather_up, py::arg("out").noconvert(), py::arg("which").noconvert(),
             py::arg("small").noconvert(), py::arg("to").noconvert(), py::arg("rest").noconvert(),
             py::arg("least"));
  module.def("likeliest", &likeliest, py::arg("values").noconvert());
  module.def("carry_on", &carry_on, py::arg("plane").noconvert(), py::arg("unit").noconvert(),
             py::arg("raised").noconvert(), py::arg("spread"), py::arg("tiny"),
             py::arg("out").noconvert());
  module.def("openness", &openness, py::arg("shares").noconvert(), py::arg("cover").noconvert(),
             py::arg("low"), py::arg("high"));
  module.def("resemble", &resemble, py::arg("colours").noconvert(), py::arg("middle"),
             py::arg("spread"));
}

}  // namespace kernels
