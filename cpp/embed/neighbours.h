// Other frames, for Python that renders one.
#pragma once

#include <memory>

#include "engine_api.h"
#include "engine_threads.h"
#include "python.h"

namespace anatomatte::embed {

// {"first", "last": Source's frames or None, "sequence": int, "at": None or a function of a clip's
// name and a time that gives a picture of its own memory, None where there is none, or (exit code,
// sentence), "values": None or a function of time that gives the controls, or the same pair}.
py::dict neighbours(const AnmCall& call, const std::shared_ptr<Job*>& job);

// The ends of a range as Python has them: None where nobody knows.
py::object first_of(const AnmRange& range);
py::object last_of(const AnmRange& range);

}  // namespace anatomatte::embed
