// Text between the host and Python.  Neither side's is always UTF-8, and no text may cost a frame
// more than its own failure.
#pragma once

#include <string>

#include "python.h"

namespace anatomatte::embed {

// A host's text: what is no UTF-8 becomes a sign that says so, and the control that reads it
// answers in words.
py::str text_of(const char* text);

// A path: bytes that are no UTF-8 stay what they are, as in Python's own file names.
py::str path_of(const char* path);

// What Python says, in UTF-8 whatever it holds: half a surrogate is written as an escape.
std::string words_of(const py::handle& object);

}  // namespace anatomatte::embed
