// The one exported symbol: the runtime behind engine_api.h.
#include <iterator>
#include <mutex>
#include <new>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "blocks.h"
#include "engine_threads.h"
#include "failures.h"
#include "interpreter.h"
#include "neighbours.h"
#include "python.h"
#include "text.h"
#include "views.h"

namespace anatomatte::embed {
namespace {

Result told(Outcome outcome, Result result) {
  if (outcome == Outcome::stopped) return {ANM_CANCELLED, "The host stopped this frame."};
  if (outcome == Outcome::no_gil) {
    return {ANM_SETUP,
            "This process holds Python's lock and does not give it up, so the node cannot run in "
            "it; use the worker."};
  }
  return result;
}

// Where the channels of a picture lie, told as arrays H×W.
AnmChannels channels_of(const std::vector<py::array>& planes) {
  AnmChannels told{};
  if (planes.size() > std::size(told.at)) return told;
  for (const py::array& plane : planes) {
    if (plane.ndim() != 2 || !py::isinstance<py::array_t<float>>(plane)) return {};
    told.at[told.count++] = {plane.data(), plane.strides(1), plane.strides(0)};
  }
  return told;
}

// The output, and whom to tell of it: "wrote" of the rows from the top that are written, "lies" of
// where the picture lies, which answers whether that will do; None where nobody asks.
py::dict output_of(const AnmCall& call, const std::shared_ptr<Job*>& job,
                   const Borrowed& borrowed) {
  py::dict output = picture(*call.output, true, borrowed);
  output["wrote"] = py::none();
  output["lies"] = py::none();
  if (call.wrote) {
    output["wrote"] = py::cpp_function([&call, job](int32_t rows) {
      const py::gil_scoped_release unlocked;
      if (*job) call.wrote(call.host, rows);
    });
  }
  if (call.lies) {
    output["lies"] = py::cpp_function([&call, job](const std::vector<py::array>& planes) {
      const AnmChannels told = channels_of(planes);
      return *job && call.lies(call.host, &told) != 0;
    });
  }
  return output;
}

// What a call has in Python; let go of before the host gets its pixels back.  The answer is the
// frame's account, empty where the engine gives none.
std::string call_entry(const AnmCall& call, const std::shared_ptr<Job*>& job,
                       const Borrowed& borrowed) {
  py::dict inputs;
  for (int32_t i = 0; i < call.n_inputs; ++i) {
    inputs[text_of(call.inputs[i].clip)] = picture(call.inputs[i], false, borrowed);
  }
  // The callables may outlive the call; the job behind them does not.
  py::cpp_function progress([job](double fraction) {
    if (*job) (*job)->report(fraction);
  });
  py::cpp_function cancelled([job]() { return !*job || (*job)->cancelled(); });
  const py::dict output = output_of(call, job, borrowed);
  const py::object account = entry().attr("render")(
      py::arg("inputs") = inputs, py::arg("output") = output,
      py::arg("window") =
          py::make_tuple(call.window[0], call.window[1], call.window[2], call.window[3]),
      py::arg("values") = values_of(call.values, call.n_values), py::arg("time") = call.time,
      py::arg("scale") = py::make_tuple(call.scale[0], call.scale[1]),
      py::arg("draft") = call.draft != 0, py::arg("progress") = progress,
      py::arg("cancelled") = cancelled, py::arg("neighbours") = neighbours(call, job));
  return account.is_none() ? std::string() : words_of(account);
}

// Python may keep nothing of the host's memory, not even in a cycle or a traceback.
bool all_returned(const Borrowed& borrowed) {
  if (*borrowed == 0) return true;
  py::module_::import("gc").attr("collect")();
  return *borrowed == 0;
}

Result guarded(const std::function<void()>& work) {
  if (!python_lives()) return {ANM_SETUP, "This process has already shut Python down."};
  try {
    work();
    return {};
  } catch (py::error_already_set& error) {
    return result_of(error);
  } catch (const std::bad_alloc&) {
    return {ANM_MEMORY, "The frame does not fit into memory."};
  } catch (const std::exception& error) {
    return {ANM_FAILED, std::string("A bug in Anatomatte's runtime: ") + error.what()};
  }
}

Result render_on_thread(const AnmCall& call, Job& job) {
  auto borrowed = std::make_shared<std::atomic<int>>(0);
  auto alive = std::make_shared<Job*>(&job);
  std::string account;
  Result result = guarded([&] { account = call_entry(call, alive, borrowed); });
  if (result.code == ANM_OK) result.sentence = account;
  *alive = nullptr;
  bool returned = true;
  const Result after = guarded([&] { returned = all_returned(borrowed); });
  if (after.code != ANM_OK) return after;
  if (!returned && result.code == ANM_OK) {
    return {ANM_FAILED, "A bug in Anatomatte: it kept pixels that belong to the host."};
  }
  return result;
}

AnmResult render(AnmCall* call) {
  Result result;
  const Outcome outcome =
      run_on_engine_thread([&](Job& job) { result = render_on_thread(*call, job); }, call);
  result = told(outcome, result);
  hand_over(result.sentence, call->message, call->message_size);
  return result.code;
}

AnmResult status(char* text, size_t size) {
  Result result;
  std::string words;
  const Outcome outcome = run_on_engine_thread(
      [&](Job&) {
        result =
            guarded([&] { words = how_it_runs() + "\n" + words_of(entry().attr("status")()); });
      },
      nullptr);
  result = told(outcome, result);
  hand_over(result.code == ANM_OK ? words : result.sentence, text, size);
  return result.code;
}

void purge() {
  run_on_engine_thread([](Job&) { guarded([] { entry().attr("purge")(); }); }, nullptr);
  empty_blocks();
}

AnmResult reach(AnmReach* question) {
  Result result;
  using Ends = std::optional<std::pair<double, double>>;
  question->first = question->clips_first = 0.0;
  question->last = question->clips_last = -1.0;
  const auto ask = [&] {
    const py::object found = entry().attr("reach")(
        py::arg("values") = values_of(question->values, question->n_values),
        py::arg("time") = question->time, py::arg("first") = first_of(question->range),
        py::arg("last") = last_of(question->range));
    const auto [source, clips] = found.cast<std::pair<Ends, Ends>>();
    if (source) std::tie(question->first, question->last) = *source;
    if (clips) std::tie(question->clips_first, question->clips_last) = *clips;
  };
  const Outcome outcome = run_on_engine_thread([&](Job&) { result = guarded(ask); }, nullptr);
  return told(outcome, result).code;
}

const AnmEngine kEngine = {
    sizeof(AnmEngine), ANATOMATTE_ENGINE_API, &render, &status, &purge, &reach};

// Python up to 3.12 takes the thread that first imports `threading` for its main one, and waits for
// it when it ends.  That must not be an engine thread while a thread of Python's own is at hand.
void import_threading_here() {
  if (!Py_IsInitialized() || !PyGILState_GetThisThreadState()) return;
  const PyGILState_STATE state = PyGILState_Ensure();
  PyObject* module = PyImport_ImportModule("threading");
  if (!module) PyErr_Clear();
  Py_XDECREF(module);
  PyGILState_Release(state);
}

}  // namespace
}  // namespace anatomatte::embed

extern "C" __attribute__((visibility("default"))) const AnmEngine* anatomatte_engine(
    const AnmStart* start) {
  using namespace anatomatte::embed;
  // One start at a time; a caller that holds the GIL must not sleep on the lock with it.
  static std::mutex& starting = *new std::mutex;
  import_threading_here();
  const GilDropped dropped;
  const std::lock_guard<std::mutex> lock(starting);
  Result result;
  const Outcome outcome =
      run_on_engine_thread([&](Job&) { result = join_or_start(*start); }, nullptr);
  result = told(outcome, result);
  if (result.code == ANM_OK) return &kEngine;
  hand_over(result.sentence, start->message, start->message_size);
  return nullptr;
}
