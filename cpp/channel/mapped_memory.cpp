#include "mapped_memory.h"

#include <atomic>
#include <new>
#include <utility>

#include "shared_memory.h"

namespace anatomatte::channel {
namespace {

using Held = std::shared_ptr<Mapping>;
constexpr size_t kMost = 64;  // no honest client comes near this

void* keep(void* owner) { return new (std::nothrow) Held(*static_cast<Held*>(owner)); }

void let_go(void* kept) { delete static_cast<Held*>(kept); }

}  // namespace

void MappedMemory::add(Message* told) {
  Reader in(told->body);
  const int64_t number = in.i64();
  const auto size = static_cast<size_t>(in.i64());
  in.end();
  if (blocks_.size() >= kMost || blocks_.count(number)) {
    throw WireError("memory that is one too many, or known already");
  }
  if (!told->fd) throw WireError("memory without a file");
  Mapping map = map_shared(told->fd.get(), size, &why_);
  if (map.data()) blocks_[number] = std::make_shared<Mapping>(std::move(map));
}

void MappedMemory::drop(const std::string& numbers) {
  if (numbers.empty()) {
    blocks_.clear();
    why_.clear();
  }
  Reader in(numbers);
  for (size_t left = numbers.size() / sizeof(int64_t); left; --left) blocks_.erase(in.i64());
}

const Mapping& MappedMemory::at(int64_t number) const {
  const auto found = blocks_.find(number);
  if (found != blocks_.end()) return *found->second;
  if (!why_.empty()) throw NoMemory("The worker cannot map the frame's memory: " + why_ + ".");
  throw WireError("a picture in memory that was not told of");
}

void MappedMemory::lend(int64_t number, AnmImage* image) const {
  const auto found = blocks_.find(number);
  if (!may_keep_ || found == blocks_.end()) return;
  image->owner = const_cast<Held*>(&found->second);
  image->keep = &keep;
  image->let_go = &let_go;
}

int64_t MappedMemory::holding(const char* first, const char* last, int64_t* offset) const {
  for (const auto& [number, block] : blocks_) {
    const char* begin = block->data();
    if (first < begin || last < first || last >= begin + block->size()) continue;
    *offset = first - begin;
    return number;
  }
  return 0;
}

std::vector<int64_t> MappedMemory::held() const {
  std::vector<int64_t> numbers;
  for (const auto& [number, block] : blocks_) {
    if (block.use_count() > 1) numbers.push_back(number);
  }
  // what was read by those who let go comes before what is written next
  std::atomic_thread_fence(std::memory_order_acquire);
  return numbers;
}

void put_held(Writer* out, const std::vector<int64_t>& held) {
  out->i64(static_cast<int64_t>(held.size()));
  for (const int64_t number : held) out->i64(number);
}

std::vector<int64_t> get_held(Reader* in) {
  const int64_t count = in->i64();
  if (count < 0 || count > static_cast<int64_t>(kMost)) throw WireError("an unlikely count");
  std::vector<int64_t> held;
  for (int64_t i = 0; i < count; ++i) held.push_back(in->i64());
  return held;
}

}  // namespace anatomatte::channel
