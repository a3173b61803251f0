#include "lent_memory.h"

#include <algorithm>

#include "wire.h"

namespace anatomatte::channel {
namespace {

bool free_now(const LentMemory::Block& block) {
  return !block.used && !block.beside && !block.held;
}

}  // namespace

// The smallest that is free and large enough.
LentMemory::Block* LentMemory::fitting(size_t size) {
  Block* best = nullptr;
  for (const auto& block : blocks_) {
    const size_t room = block->memory.map.size();
    if (!free_now(*block) || room < size) continue;
    if (!best || room < best->memory.map.size()) best = block.get();
  }
  return best;
}

template <typename Predicate>
void LentMemory::drop(Predicate which) {
  const auto gone = [&](const std::unique_ptr<Block>& block) {
    if (!free_now(*block) || !which(*block)) return false;
    if (block->told) dropped_.push_back(block->number);
    return true;
  };
  blocks_.erase(std::remove_if(blocks_.begin(), blocks_.end(), gone), blocks_.end());
}

LentMemory::Block* LentMemory::take(size_t size, std::string* why) {
  Block* block = fitting(size);
  if (!block) {
    drop([](const Block&) { return true; });  // too small: given back before a larger one is made
    SharedMemory made = make_shared(size, why);
    if (!made.fd) return nullptr;
    auto fresh = std::make_unique<Block>();
    fresh->number = ++last_number_;
    fresh->memory = std::move(made);
    blocks_.push_back(std::move(fresh));
    block = blocks_.back().get();
  }
  block->used = true;
  block->idle = 0;
  return block;
}

LentMemory::Block* LentMemory::take_beside(size_t size, std::string* why) {
  Block* block = take(size, why);
  if (!block) return nullptr;
  block->used = false;
  block->beside = true;
  return block;
}

bool LentMemory::tell(int socket) {
  if (!dropped_.empty()) {
    Writer out;
    for (const int64_t number : dropped_) out.i64(number);
    if (!send(socket, Kind::release, out.bytes())) return false;
    dropped_.clear();
  }
  for (const auto& block : blocks_) {
    if (block->told) continue;
    Writer out;
    out.i64(block->number).i64(static_cast<int64_t>(block->memory.map.size()));
    if (!send(socket, Kind::memory, out.bytes(), block->memory.fd.get())) return false;
    block->told = true;
    block->memory.fd.reset();  // the mapping keeps it
  }
  return true;
}

const LentMemory::Block* LentMemory::at(int64_t number) const {
  for (const auto& block : blocks_) {
    if (block->number == number) return block.get();
  }
  return nullptr;
}

void LentMemory::hear(const std::vector<int64_t>& held) {
  for (const auto& block : blocks_) {
    block->held = std::find(held.begin(), held.end(), block->number) != held.end();
    block->beside = false;
  }
}

bool LentMemory::give_back(int socket) {
  blocks_.clear();
  dropped_.clear();
  return send(socket, Kind::release, "");
}

void LentMemory::settle(int socket) {
  for (const auto& block : blocks_) {
    if (!block->used) ++block->idle;
    block->used = block->beside = false;
  }
  drop([](const Block& block) { return block.idle > kIdleFrames; });
  tell(socket);
}

}  // namespace anatomatte::channel
