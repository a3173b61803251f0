#include "neighbours.h"

#include <cstring>
#include <deque>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "blocks.h"
#include "text.h"
#include "views.h"

namespace anatomatte::embed {
namespace {

// A picture that stays: where it lies if it may, else a copy that is made while the host's pixels
// are there, packed, the top row first.
struct Taken {
  AnmImage image{};
  void* kept = nullptr;
  Block memory;
  bool too_large = false;

  Taken() = default;
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    if (kept) image.let_go(kept);
  }

  static void take(void* taker, const AnmImage* image) { static_cast<Taken*>(taker)->copy(*image); }

  bool there() const { return kept || memory; }

  py::object picture() {
    if (!kept) return own_picture(image, std::move(memory));
    return kept_picture(image, std::exchange(kept, nullptr));
  }

  void copy(const AnmImage& from) {
    image = from;
    kept = from.keep ? from.keep(from.owner) : nullptr;
    if (kept) return;
    const int bytes = from.depth == ANM_BYTE ? 1 : from.depth == ANM_FLOAT ? 4 : 2;
    const size_t row = static_cast<size_t>(from.bounds[2] - from.bounds[0]) *
                       static_cast<size_t>(bytes * from.components);
    const size_t rows = static_cast<size_t>(from.bounds[3] - from.bounds[1]);
    memory = new_block(row * rows);
    too_large = !memory;
    if (too_large) return;
    const char* source = static_cast<const char*>(from.data);
    char* to = memory.get() + row * (rows ? rows - 1 : 0);
    image.data = to;
    image.row_bytes = -static_cast<int64_t>(row);
    for (size_t y = 0; y < rows; ++y, source += from.row_bytes, to -= row) {
      std::memcpy(to, source, row);
    }
  }
};

// Asks the host, from its own thread; the answer's code.
AnmResult asked(Job& job, const std::function<AnmResult()>& ask) {
  AnmResult result = ANM_FAILED;
  // the host may be a Python process, and its thread needs the lock to hand over what it has
  const py::gil_scoped_release unlocked;
  job.on_callers_thread([&] { result = ask(); });
  return result;
}

py::object refusal(AnmResult result, char (&sentence)[1024]) {
  sentence[sizeof(sentence) - 1] = '\0';
  return py::make_tuple(static_cast<int>(result), text_of(sentence));
}

py::object fetched(const AnmCall& call, Job& job, const std::string& clip, double time) {
  Taken taken;
  char sentence[1024] = "";
  AnmFetch wanted{sizeof(AnmFetch), clip.c_str(),    time, &Taken::take, &taken,
                  sentence,         sizeof(sentence)};
  AnmResult result = asked(job, [&] { return call.fetch(call.host, &wanted); });
  if (result == ANM_ABSENT) return py::none();
  if (taken.too_large) result = ANM_MEMORY;
  if (result == ANM_OK && !taken.there()) result = ANM_FAILED;
  if (result != ANM_OK) return refusal(result, sentence);
  return taken.picture();
}

// A copy of the controls, made while the host's are there, without Python: its lock is elsewhere.
struct Told {
  std::vector<AnmValue> rows;
  std::deque<std::string> texts;  // a deque: growing moves no string
  bool taken = false;

  static void take(void* taker, const AnmValue* values, int32_t count) {
    static_cast<Told*>(taker)->copy(values, count);
  }

  void copy(const AnmValue* values, int32_t count) {
    try {
      rows.assign(values, values + count);
      for (AnmValue& row : rows) {
        row.name = texts.emplace_back(row.name).c_str();
        row.text = texts.emplace_back(row.text ? row.text : "").c_str();
      }
      taken = true;
    } catch (const std::bad_alloc&) {
      taken = false;
    }
  }
};

py::object told(const AnmCall& call, Job& job, double time) {
  Told found;
  char sentence[1024] = "";
  AnmAsk wanted{sizeof(AnmAsk), time, &Told::take, &found, sentence, sizeof(sentence)};
  AnmResult result = asked(job, [&] { return call.values_at(call.host, &wanted); });
  if (result == ANM_OK && !found.taken) result = ANM_MEMORY;
  if (result != ANM_OK) return refusal(result, sentence);
  return values_of(found.rows.data(), static_cast<int32_t>(found.rows.size()));
}

}  // namespace

py::object first_of(const AnmRange& range) {
  return range.known ? py::object(py::float_(range.first)) : py::object(py::none());
}

py::object last_of(const AnmRange& range) {
  return range.known ? py::object(py::float_(range.last)) : py::object(py::none());
}

py::dict neighbours(const AnmCall& call, const std::shared_ptr<Job*>& job) {
  py::dict made;
  made["first"] = first_of(call.range);
  made["last"] = last_of(call.range);
  made["sequence"] = py::int_(call.sequence);
  made["at"] = py::none();
  made["values"] = py::none();
  if (!call.fetch || !call.values_at) return made;
  // The functions may outlive the call; the job behind them does not.
  made["at"] = py::cpp_function([&call, job](const std::string& clip, double time) -> py::object {
    if (!*job) return py::make_tuple(static_cast<int>(ANM_CANCELLED), "");
    return fetched(call, **job, clip, time);
  });
  made["values"] = py::cpp_function([&call, job](double time) -> py::object {
    if (!*job) return py::make_tuple(static_cast<int>(ANM_CANCELLED), "");
    return told(call, **job, time);
  });
  return made;
}

}  // namespace anatomatte::embed
