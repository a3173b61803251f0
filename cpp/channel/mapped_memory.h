// The worker's side of shared memory: what one connection has told it of, and what the engine
// keeps of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine_api.h"
#include "wire.h"

namespace anatomatte::channel {

struct NoMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// For one thread; what is kept may be let go of from any.
class MappedMemory {
 public:
  // With `may_keep` pictures may be kept where they lie: only where the client is to be trusted not
  // to write into them.
  explicit MappedMemory(bool may_keep) : may_keep_(may_keep) {}

  // Maps what a message of the kind `memory` brings; that it cannot be is told when it is used.
  void add(Message* told);
  // What a message of the kind `release` names, or all.
  void drop(const std::string& numbers);
  // Throws WireError for one that nobody told of, NoMemory where it could not be mapped.
  const Mapping& at(int64_t number) const;
  // Lets the engine keep the picture in it, if that is allowed at all.
  void lend(int64_t number, AnmImage* image) const;
  // The number of the block that holds these bytes, and where in it; 0 for none.
  int64_t holding(const char* first, const char* last, int64_t* offset) const;
  // The numbers of what the engine keeps now.
  std::vector<int64_t> held() const;

 private:
  const bool may_keep_;
  std::map<int64_t, std::shared_ptr<Mapping>> blocks_;  // its values stay where they are
  std::string why_;
};

// At the end of a message: what is held.
void put_held(Writer* out, const std::vector<int64_t>& held);
std::vector<int64_t> get_held(Reader* in);

}  // namespace anatomatte::channel
