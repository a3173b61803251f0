#include "neighbours.h"

#include <cstring>
#include <new>

#include "text.h"
#include "views.h"

namespace anatomatte::embed {
namespace {

// A copy of a picture, made while the host's pixels are there: packed rows, the lowest first.
struct Taken {
  AnmImage image{};
  std::unique_ptr<char[]> memory;
  bool too_large = false;

  static void take(void* taker, const AnmImage* image) { static_cast<Taken*>(taker)->copy(*image); }

  void copy(const AnmImage& from) {
    const int bytes = from.depth == ANM_BYTE ? 1 : from.depth == ANM_FLOAT ? 4 : 2;
    const size_t row = static_cast<size_t>(from.bounds[2] - from.bounds[0]) *
                       static_cast<size_t>(bytes * from.components);
    const size_t rows = static_cast<size_t>(from.bounds[3] - from.bounds[1]);
    memory.reset(new (std::nothrow) char[row * rows]);
    too_large = !memory;
    if (too_large) return;
    const char* source = static_cast<const char*>(from.data);
    for (size_t y = 0; y < rows; ++y, source += from.row_bytes) {
      std::memcpy(memory.get() + y * row, source, row);
    }
    image = from;
    image.data = memory.get();
    image.row_bytes = static_cast<int64_t>(row);
  }
};

py::object fetched(const AnmCall& call, Job& job, double time) {
  Taken taken;
  char sentence[1024] = "";
  AnmFetch wanted{sizeof(AnmFetch), time, &Taken::take, &taken, sentence, sizeof(sentence)};
  AnmResult result = ANM_FAILED;
  {
    // the host may be a Python process, and its thread needs the lock to hand the picture over
    const py::gil_scoped_release unlocked;
    job.on_callers_thread([&] { result = call.fetch(call.host, &wanted); });
  }
  sentence[sizeof(sentence) - 1] = '\0';
  if (taken.too_large) result = ANM_MEMORY;
  if (result == ANM_OK && !taken.memory) result = ANM_FAILED;
  if (result != ANM_OK) return py::make_tuple(static_cast<int>(result), text_of(sentence));
  return kept_picture(taken.image, std::move(taken.memory));
}

}  // namespace

py::object first_of(const AnmRange& range) {
  return range.known ? py::object(py::float_(range.first)) : py::object(py::none());
}

py::dict neighbours(const AnmCall& call, const std::shared_ptr<Job*>& job) {
  py::dict made;
  made["first"] = first_of(call.range);
  made["sequence"] = py::int_(call.sequence);
  made["at"] = py::none();
  if (call.fetch) {
    // The function may outlive the call; the job behind it does not.
    made["at"] = py::cpp_function([&call, job](double time) -> py::object {
      if (!*job) return py::make_tuple(static_cast<int>(ANM_CANCELLED), "");
      return fetched(call, **job, time);
    });
  }
  return made;
}

}  // namespace anatomatte::embed
