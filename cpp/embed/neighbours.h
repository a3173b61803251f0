// Other frames of Source, for Python that renders one.
#pragma once

#include <memory>

#include "engine_api.h"
#include "engine_threads.h"
#include "python.h"

namespace anatomatte::embed {

// {"first": the first frame or None, "sequence": int, "at": None or a function of time that gives
// a picture of its own memory, or (exit code, sentence)}.
py::dict neighbours(const AnmCall& call, const std::shared_ptr<Job*>& job);

// The first frame of a range as Python has it: None where nobody knows.
py::object first_of(const AnmRange& range);

}  // namespace anatomatte::embed
