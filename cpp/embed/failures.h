// Python's exceptions as results with a sentence.
#pragma once

#include <string>

#include "engine_api.h"
#include "python.h"

namespace anatomatte::embed {

struct Result {
  AnmResult code = ANM_OK;
  std::string sentence;
};

// An AnatomatteError tells its own class; anything else is our bug, and its traceback goes to the
// log file that the sentence names.
Result result_of(py::error_already_set& error);

// Copies a sentence into the caller's buffer, never ending within a UTF-8 character.
void hand_over(const std::string& sentence, char* buffer, size_t size);

}  // namespace anatomatte::embed
