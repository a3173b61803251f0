// A failure as the host hears of it: an OFX status and a sentence for the artist.
#pragma once

#include <stdexcept>
#include <string>

#include "ofxCore.h"

namespace anatomatte {

// Ids of the messages to the host: who can mend the failure, as in the error table.
inline constexpr char kBug[] = "anatomatte.bug";
inline constexpr char kSettings[] = "anatomatte.settings";
inline constexpr char kPlate[] = "anatomatte.plate";
inline constexpr char kSetup[] = "anatomatte.setup";
inline constexpr char kMemory[] = "anatomatte.memory";

class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& sentence, OfxStatus status = kOfxStatFailed,
                   const char* id = kSetup)
      : std::runtime_error(sentence), status_(status), id_(id) {}
  Failure(const std::string& sentence, const char* id) : Failure(sentence, kOfxStatFailed, id) {}
  OfxStatus status() const { return status_; }
  const char* id() const { return id_; }

 private:
  OfxStatus status_;
  const char* id_;
};

}  // namespace anatomatte
