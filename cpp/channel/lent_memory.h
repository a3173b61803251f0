// The client's side of shared memory: each picture lies in one of its own, so that the worker can
// keep a plate where it came to while the next one is written elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared_memory.h"

namespace anatomatte::channel {

// Of one connection.
class LentMemory {
 public:
  struct Block {
    int64_t number;
    SharedMemory memory;
    bool told = false;    // the other end knows it
    bool used = false;    // by the frame that is on its way
    bool beside = false;  // by another frame that was asked for
    bool held = false;    // the engine keeps what is in it
    int idle = 0;         // frames since it was used
    char* data() const { return memory.map.data(); }
  };

  // Room for `size` bytes until the frame is settled; null, with *why, where there is none.
  Block* take(size_t size, std::string* why);
  // The same for a picture of another frame: until the next is asked for.
  Block* take_beside(size_t size, std::string* why);
  // Tells the other end of what it does not know yet.  False when it is gone.
  bool tell(int socket);
  // Whether the worker may keep what it is lent: it is bounded how much it can.
  bool may_keep() const { return blocks_.size() < kMost; }
  // The block of this number; null where there is none.
  const Block* at(int64_t number) const;
  // What a message says is held, the last words in it.
  void hear(const std::vector<int64_t>& held);
  // The frame is over: what nobody uses any more is given back.
  void settle(int socket);
  bool empty() const { return blocks_.empty(); }
  // All of it, on both sides.  False when the other end is gone.
  bool give_back(int socket);

 private:
  static constexpr size_t kMost = 12;
  static constexpr int kIdleFrames = 2;

  Block* fitting(size_t size);
  template <typename Predicate>
  void drop(Predicate which);

  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<int64_t> dropped_;  // the other end has not been told
  int64_t last_number_ = 0;
};

}  // namespace anatomatte::channel
