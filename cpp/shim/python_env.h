// Which Python the runtime runs in: the one that is in the process, or the one we are told of.
#pragma once

#include <string>
#include <vector>

namespace anatomatte {

struct PythonEnv {
  std::string python;                  // executable of the environment; empty when one is joined
  std::string module_path;             // folder that holds the package; empty: already importable
  std::string tag;                     // as in cpython-311, which the runtime's file name carries
  std::vector<std::string> libpython;  // where its shared library may be, the likeliest first
};

// The folder that this plug-in was loaded from, with a slash at its end.
std::string own_folder();

// cpython-3XY of the interpreter in this process; empty when there is none.
std::string python_in_process();

// Whether an interpreter that is in this process already may be the answer.
enum class Join { no, yes };

// Reads ANATOMATTE_PYTHON and Resources/runtime.conf.  Raises Failure when they name nothing
// that runs.
PythonEnv find_python(const std::string& folder, Join join);

}  // namespace anatomatte
