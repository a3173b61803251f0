#include "options.h"

#include <cstdlib>
#include <map>

namespace anatomatte::worker {

bool parse(int argc, char** argv, Options* options, std::string* why) {
  std::map<std::string, std::string*> texts = {
      {"--engine", &options->engine},   {"--libpython", &options->libpython},
      {"--python", &options->python},   {"--module-path", &options->module_path},
      {"--version", &options->version}, {"--digest", &options->digest},
      {"--log", &options->log},         {"--serve", &options->serve},
  };
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (i + 1 == argc) {
      *why = name + " needs a value.";
      return false;
    }
    auto known = texts.find(name);
    if (known != texts.end()) {
      *known->second = argv[i + 1];
    } else if (name == "--parent") {
      options->parent = ::atoi(argv[i + 1]);
    } else if (name == "--idle") {
      options->idle_s = ::atof(argv[i + 1]);
    } else {
      *why = "There is no option " + name + "; this program is started by the node.";
      return false;
    }
  }
  if (options->engine.empty() || options->digest.empty()) {
    *why = "This program is started by the node; to start one by hand: anatomatte worker serve.";
    return false;
  }
  return true;
}

}  // namespace anatomatte::worker
