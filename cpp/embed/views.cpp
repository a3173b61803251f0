#include "views.h"

#include <utility>

#include "text.h"

namespace anatomatte::embed {
namespace {

py::dtype dtype_of(int32_t depth) {
  switch (depth) {
    case ANM_BYTE:
      return py::dtype("uint8");
    case ANM_SHORT:
      return py::dtype("uint16");
    case ANM_HALF:
      return py::dtype("float16");
    default:
      return py::dtype("float32");
  }
}

const char* premult_of(int32_t premult) {
  return premult == ANM_OPAQUE          ? "opaque"
         : premult == ANM_PREMULTIPLIED ? "premultiplied"
                                        : "unpremultiplied";
}

py::tuple four(const int32_t* r) { return py::make_tuple(r[0], r[1], r[2], r[3]); }

// What is kept of a picture until the last array on it ends.
struct Kept {
  void (*let_go)(void* what);
  void* what;
};

// The arrays' owner: its end is the end of the last array on these pixels.
py::capsule owner(const Borrowed& borrowed) {
  auto* count = new Borrowed(borrowed);
  ++**count;
  return py::capsule(count, [](void* held) {
    auto* borrowed_too = static_cast<Borrowed*>(held);
    --**borrowed_too;
    delete borrowed_too;
  });
}

// The host counts rows upwards: the view starts at the top one and walks down.
py::array array_of(const AnmImage& image, bool writable, const py::capsule& owner) {
  const py::dtype dtype = dtype_of(image.depth);
  const py::ssize_t height = image.bounds[3] - image.bounds[1];
  const py::ssize_t width = image.bounds[2] - image.bounds[0];
  const py::ssize_t channels = image.components;
  char* top = static_cast<char*>(image.data) + (height - 1) * image.row_bytes;
  py::array array(
      dtype, {height, width, channels},
      {static_cast<py::ssize_t>(-image.row_bytes), channels * dtype.itemsize(), dtype.itemsize()},
      top, owner);
  if (!writable) array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::dict described(const AnmImage& image, const py::array& pixels, bool kept) {
  py::dict made;
  made["kept"] = kept;
  made["pixels"] = pixels;
  made["bounds"] = four(image.bounds);
  made["rod"] = four(image.rod);
  made["premult"] = premult_of(image.premult);
  made["aspect"] = image.pixel_aspect;
  return made;
}

py::object value_of(const AnmValue& value) {
  switch (value.kind) {
    case ANM_TEXT:
      return text_of(value.text);
    case ANM_WHOLE:
      return py::int_(static_cast<int64_t>(value.number[0]));
    case ANM_TRUTH:
      return py::bool_(value.number[0] != 0.0);
    default:
      if (value.count == 3) {
        return py::make_tuple(value.number[0], value.number[1], value.number[2]);
      }
      if (value.count == 2) return py::make_tuple(value.number[0], value.number[1]);
      return py::float_(value.number[0]);
  }
}

}  // namespace

py::dict picture(const AnmImage& image, bool writable, const Borrowed& borrowed) {
  void* kept = !writable && image.keep ? image.keep(image.owner) : nullptr;
  if (kept) return kept_picture(image, kept);
  return described(image, array_of(image, writable, owner(borrowed)), false);
}

py::dict own_picture(const AnmImage& image, Block memory) {
  auto* held = new Block(std::move(memory));
  const py::capsule owner(held, [](void* block) { delete static_cast<Block*>(block); });
  return described(image, array_of(image, false, owner), true);
}

py::dict kept_picture(const AnmImage& image, void* kept) {
  auto* held = new Kept{image.let_go, kept};
  const py::capsule owner(held, [](void* end) {
    const auto* it = static_cast<Kept*>(end);
    it->let_go(it->what);
    delete it;
  });
  return described(image, array_of(image, false, owner), true);
}

py::dict values_of(const AnmValue* values, int32_t count) {
  py::dict made;
  for (int32_t i = 0; i < count; ++i) made[text_of(values[i].name)] = value_of(values[i]);
  return made;
}

}  // namespace anatomatte::embed
