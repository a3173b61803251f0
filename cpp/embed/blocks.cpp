#include "blocks.h"

#include <sys/mman.h>

#include <mutex>
#include <vector>

namespace anatomatte::embed {
namespace {

constexpr size_t kMostWaiting = 2;

struct Waiting {
  char* data;
  size_t size;
};

struct Pool {
  std::mutex mutex;
  std::vector<Waiting> waiting;  // oldest first
};

// Never destroyed: arrays may outlive the statics of this library.
Pool& pool() {
  static Pool* the_pool = new Pool;
  return *the_pool;
}

char* fresh(size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return nullptr;
#ifdef MADV_HUGEPAGE
  ::madvise(data, size, MADV_HUGEPAGE);
#endif
  return static_cast<char*>(data);
}

}  // namespace

void BlockEnd::operator()(char* data) const {
  Waiting surplus{data, size};
  {
    Pool& p = pool();
    const std::lock_guard<std::mutex> lock(p.mutex);
    p.waiting.push_back(surplus);
    if (p.waiting.size() <= kMostWaiting) return;
    surplus = p.waiting.front();
    p.waiting.erase(p.waiting.begin());
  }
  ::munmap(surplus.data, surplus.size);
}

Block new_block(size_t size) {
  size = size ? size : 1;
  {
    Pool& p = pool();
    const std::lock_guard<std::mutex> lock(p.mutex);
    for (size_t i = 0; i < p.waiting.size(); ++i) {
      if (p.waiting[i].size != size) continue;
      char* data = p.waiting[i].data;
      p.waiting.erase(p.waiting.begin() + static_cast<std::ptrdiff_t>(i));
      return Block(data, BlockEnd{size});
    }
  }
  return Block(fresh(size), BlockEnd{size});
}

void empty_blocks() {
  std::vector<Waiting> waiting;
  {
    Pool& p = pool();
    const std::lock_guard<std::mutex> lock(p.mutex);
    waiting.swap(p.waiting);
  }
  for (const Waiting& block : waiting) ::munmap(block.data, block.size);
}

}  // namespace anatomatte::embed
