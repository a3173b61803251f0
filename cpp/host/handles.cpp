#include "handles.h"

#include <deque>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "contract.h"

namespace pyopenfx {
namespace {

constexpr size_t kMostDead = 4096;
constexpr size_t kMostRetired = 128;

struct Book {
  std::shared_mutex mutex;
  std::unordered_map<const void*, HandleKind> alive, dead;
  std::deque<const void*> died;  // oldest first
};

Book& book() {
  static auto* the_book = new Book;
  return *the_book;
}

struct Retired {
  std::mutex mutex;
  std::deque<void*> blocks;
};

Retired& retired() {
  static auto* the_blocks = new Retired;
  return *the_blocks;
}

const char* name_of(HandleKind kind) {
  switch (kind) {
    case HandleKind::kProperties:
      return "property set or image";
    case HandleKind::kParam:
      return "parameter";
    case HandleKind::kParamSet:
      return "parameter set";
    case HandleKind::kClip:
      return "clip";
    case HandleKind::kEffect:
      return "instance";
    case HandleKind::kMutex:
      break;
  }
  return "mutex";
}

}  // namespace

void handle_born(HandleKind kind, const void* handle) {
  Book& b = book();
  std::unique_lock<std::shared_mutex> lock(b.mutex);
  b.dead.erase(handle);
  b.alive[handle] = kind;
}

void handle_died(HandleKind kind, const void* handle) {
  Book& b = book();
  std::unique_lock<std::shared_mutex> lock(b.mutex);
  auto it = b.alive.find(handle);
  if (it == b.alive.end() || it->second != kind) return;
  b.alive.erase(it);
  b.dead[handle] = kind;
  b.died.push_back(handle);
  if (b.died.size() <= kMostDead) return;
  b.dead.erase(b.died.front());
  b.died.pop_front();
}

bool handle_alive(HandleKind kind, const void* handle) {
  if (!handle) return false;
  {
    Book& b = book();
    std::shared_lock<std::shared_mutex> lock(b.mutex);
    auto it = b.alive.find(handle);
    if (it != b.alive.end()) return it->second == kind;
    auto gone = b.dead.find(handle);
    if (gone == b.dead.end() || gone->second != kind) return false;
  }
  breach(kUseAfterDestroy, std::string("used a ") + name_of(kind) + " that is gone");
  return false;
}

void* new_block(std::size_t bytes) { return ::operator new(bytes); }

void retire_block(void* block) {
  Retired& r = retired();
  void* oldest = nullptr;
  {
    std::lock_guard<std::mutex> lock(r.mutex);
    r.blocks.push_back(block);
    if (r.blocks.size() > kMostRetired) {
      oldest = r.blocks.front();
      r.blocks.pop_front();
    }
  }
  ::operator delete(oldest);
}

}  // namespace pyopenfx
