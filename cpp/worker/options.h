// The worker's command line.
#pragma once

#include <string>

namespace anatomatte::worker {

struct Options {
  std::string engine;       // shared object that exports anatomatte_engine
  std::string libpython;    // loaded first, for all to see; empty: the engine needs none
  std::string python;       // executable of the environment
  std::string module_path;  // folder that holds the package, or empty
  std::string version;
  std::string digest;
  std::string log;
  std::string serve;      // path of a socket to listen on; empty: file descriptor 3 is the host
  int parent = 0;         // process of the host; when it is gone, so is the worker
  double idle_s = 120.0;  // after this long without a frame memory goes back
};

// False, with a sentence in *why, when the command line does not fit.
bool parse(int argc, char** argv, Options* options, std::string* why);

}  // namespace anatomatte::worker
