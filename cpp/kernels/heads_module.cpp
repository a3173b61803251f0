// The Python side of the loops of the people network's heads.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "handed.h"
#include "kernels.h"

namespace kernels {
namespace {

Floats mattes(const Floats& picture, const Floats& fine, const Floats& coarse, const Floats& first,
              const Floats& first_bias, const Floats& second, const Floats& second_bias) {
  if (picture.ndim() != 3) throw py::value_error("a picture is 3 x H x W");
  const py::ssize_t height = picture.shape(1), width = picture.shape(2);
  if (height % 2 || width % kStrip)
    throw py::value_error("the height is even and the width a multiple of 16");
  shaped(picture, {3, height, width}, "picture");
  shaped(fine, {kFine, height / 2, width / 2}, "fine");
  shaped(coarse, {kSides, height / 2, width / 2}, "coarse");
  shaped(first, {kMiddle / 4, kFine + 3 + kSides, 9, 4}, "first");
  shaped(first_bias, {kMiddle}, "first_bias");
  shaped(second, {kMiddle, 9, kSides}, "second");
  shaped(second_bias, {kSides}, "second_bias");
  Floats out({py::ssize_t(kSides), height, width});
  if (out.size())
    run(loops().mattes,
        MattesJob{picture.data(), fine.data(), coarse.data(), height, width, first.data(),
                  first_bias.data(), second.data(), second_bias.data(), out.mutable_data()});
  return out;
}

Floats figure(const Floats& soft, const Floats& filter, const Floats& filter_bias,
              const Floats& mix, const Floats& mix_bias, const Floats& last,
              const Floats& last_bias) {
  if (soft.ndim() != 3) throw py::value_error("features are 8 x h x w");
  const py::ssize_t height = 2 * soft.shape(1), width = 2 * soft.shape(2);
  if (width % kStrip) throw py::value_error("the width is a multiple of 8");
  shaped(soft, {kFigure, height / 2, width / 2}, "soft");
  shaped(filter, {kApart, kFigure, 9}, "filter");
  shaped(filter_bias, {kApart, kFigure}, "filter_bias");
  shaped(mix, {kApart, kFigure / 4, kFigure, 4}, "mix");
  shaped(mix_bias, {kApart, kFigure}, "mix_bias");
  shaped(last, {kFigure, 9}, "last");
  shaped(last_bias, {1}, "last_bias");
  Floats out({height, width});
  if (out.size())
    run(loops().figure,
        FigureJob{soft.data(), height, width, filter.data(), filter_bias.data(), mix.data(),
                  mix_bias.data(), last.data(), last_bias.data(), out.mutable_data()});
  return out;
}

Floats softmax(const Floats& logits) {
  if (logits.ndim() != 3 || logits.shape(0) < 1) throw py::value_error("logits are n x h x w");
  Floats out({logits.shape(0), logits.shape(1), logits.shape(2)});
  run(loops().softmax, SoftmaxJob{logits.data(), logits.shape(0), logits.shape(1), logits.shape(2),
                                  out.mutable_data(), nullptr});
  return out;
}

py::tuple softmax_pooled(const Floats& logits) {
  if (logits.ndim() != 3 || logits.shape(0) < 1) throw py::value_error("logits are n x h x w");
  const py::ssize_t labels = logits.shape(0), height = logits.shape(1), width = logits.shape(2);
  if (height % 4 || width % 4) throw py::value_error("height and width are multiples of 4");
  Floats out({labels, height, width}), pooled({labels, height / 4, width / 4});
  run(loops().softmax,
      SoftmaxJob{logits.data(), labels, height, width, out.mutable_data(), pooled.mutable_data()});
  return py::make_tuple(out, pooled);
}

}  // namespace

void add_head_loops(py::module_& module) {
  module.def("mattes", &mattes, py::arg("picture").noconvert(), py::arg("fine").noconvert(),
             py::arg("coarse").noconvert(), py::arg("first").noconvert(),
             py::arg("first_bias").noconvert(), py::arg("second").noconvert(),
             py::arg("second_bias").noconvert());
  module.def("figure", &figure, py::arg("soft").noconvert(), py::arg("filter").noconvert(),
             py::arg("filter_bias").noconvert(), py::arg("mix").noconvert(),
             py::arg("mix_bias").noconvert(), py::arg("last").noconvert(),
             py::arg("last_bias").noconvert());
  module.def("softmax", &softmax, py::arg("logits").noconvert());
  module.def("softmax_pooled", &softmax_pooled, py::arg("logits").noconvert());
}

}  // namespace kernels
