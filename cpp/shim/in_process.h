// The runtime in this very process: joins the Python that is there or starts one.
#pragma once

#include <string>

#include "engine_api.h"

namespace anatomatte {

// Started at the first call.  Null with a sentence when it cannot run; the failure is remembered
// until in_process_forget_failure().
const AnmEngine* in_process_engine(std::string* sentence);
void in_process_forget_failure();

// The engine if it runs already, else null.
const AnmEngine* in_process_running();

// The runtime's object in `folder` that was built for this Python (cpython-311, …).
std::string embed_file(const std::string& folder, const std::string& tag);

}  // namespace anatomatte
