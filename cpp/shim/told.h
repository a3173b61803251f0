// What a node last heard of its own frames: the account for files, the lines for its Status.
#pragma once

#include <mutex>
#include <string>

#include "ofxCore.h"

namespace anatomatte {

// A sentence in the panel's words: without the names for scripts that stand behind labels, as in
// "Parts list (parts_list)" or "Output is Packed mattes (output=packed)".
std::string in_labels(const std::string& sentence);

// Safe from several threads.
class Told {
 public:
  // A frame that was made, with what the engine said of it: its account and, from the second line
  // on, its status.
  void made(OfxTime time, const std::string& said);
  void failed(OfxTime time, const std::string& sentence);

  // The account of the last frame, as JSON; empty before the first.
  std::string account() const;
  // What was decided on a screen at the last frame, as its control holds it; empty for nothing.
  std::string kept_decision() const;
  // The last failure, while its frame has not been made since, and the last frame.
  std::string status() const;

 private:
  mutable std::mutex mutex_;
  std::string account_;
  std::string lines_;
  std::string failure_;
  OfxTime failed_at_ = 0.0;
};

}  // namespace anatomatte
