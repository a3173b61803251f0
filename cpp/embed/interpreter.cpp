#include "interpreter.h"

#include <exception>

#include "text.h"

namespace anatomatte::embed {
namespace {

PyObject* g_entry = nullptr;  // never given back: Python is never ended by us
bool g_had_python = false;    // an interpreter was joined or started before
bool g_started = false;

bool failed(const PyStatus& status, Result* result) {
  if (!PyStatus_Exception(status)) return false;
  *result = {ANM_SETUP, std::string("Python did not start: ") +
                            (status.err_msg ? status.err_msg : "no reason given") +
                            ". `anatomatte doctor` shows which Python is in use."};
  return true;
}

// Isolated: neither the host's environment variables nor the user's own packages reach us.
Result start_python(const char* python) {
  Result result;
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  if (failed(Py_PreInitialize(&before), &result)) return result;
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.install_signal_handlers = 0;
  config.parse_argv = 0;
  PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, python);
  if (!PyStatus_Exception(status)) {
    status = PyConfig_SetBytesString(&config, &config.executable, python);
  }
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  failed(status, &result);
  return result;
}

// Our folder comes last, so that it shadows nothing of a Python that we are guests in.
void make_importable(const char* module_path) {
  if (!module_path || py::module_::import("sys").attr("modules").contains("anatomatte")) return;
  const py::object spec = py::module_::import("importlib.util").attr("find_spec")("anatomatte");
  if (spec.is_none()) py::module_::import("sys").attr("path").attr("append")(path_of(module_path));
}

void import_and_shake_hands(const AnmStart& start) {
  make_importable(start.module_path);
  py::module_ module = py::module_::import("anatomatte.entry");
  module.attr("handshake")(start.table_digest, start.version);
  g_entry = module.release().ptr();
}

Result not_importable(py::error_already_set& error) {
  const std::string python = words_of(py::module_::import("sys").attr("executable"));
  return {ANM_SETUP, "Anatomatte's module cannot be imported in " + python + ": " +
                         words_of(error.value()) + ". `anatomatte doctor` shows what is missing."};
}

}  // namespace

bool python_lives() { return Py_IsInitialized() || !g_had_python; }

Result join_or_start(const AnmStart& start) {
  if (!python_lives()) return {ANM_SETUP, "This process has already shut Python down."};
  if (!Py_IsInitialized()) {
    if (!start.python) return {ANM_SETUP, "No Python was named that could be started."};
    const Result started = start_python(start.python);
    if (started.code != ANM_OK) return started;
    g_started = true;
  }
  g_had_python = true;
  if (g_entry) return {};
  try {
    import_and_shake_hands(start);
    return {};
  } catch (py::error_already_set& error) {
    return error.matches(PyExc_ImportError) ? not_importable(error) : result_of(error);
  } catch (const std::exception& error) {  // nothing may leave through the C border
    return {ANM_SETUP, std::string("Anatomatte's module cannot be started: ") + error.what()};
  }
}

py::module_ entry() { return py::reinterpret_borrow<py::module_>(g_entry); }

std::string how_it_runs() {
  return g_started ? "Python of its own in this process" : "In the Python that was in this process";
}

}  // namespace anatomatte::embed
