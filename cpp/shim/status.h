// A failure as the host hears of it: an OFX status and a sentence for the artist.
#pragma once

#include <stdexcept>
#include <string>

#include "ofxCore.h"

namespace anatomatte {

class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& sentence, OfxStatus status = kOfxStatFailed)
      : std::runtime_error(sentence), status_(status) {}
  OfxStatus status() const { return status_; }

 private:
  OfxStatus status_;
};

}  // namespace anatomatte
