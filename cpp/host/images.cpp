#include "images.h"

#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#include "call.h"

namespace pyopenfx {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMostIdleBlocks = 6;
constexpr size_t kMostIdleBytes = size_t{1} << 30;

struct Block {
  size_t bytes;
  void* data;
};

// Never destroyed: arrays may outlive the module's own statics.
struct Pool {
  std::mutex mutex;
  std::vector<Block> idle;  // oldest first
  size_t idle_bytes = 0;
};

Pool& pool() {
  static Pool* the_pool = new Pool;
  return *the_pool;
}

void give_back(Block block) {
  std::vector<Block> surplus;
  {
    Pool& p = pool();
    std::lock_guard<std::mutex> lock(p.mutex);
    p.idle.push_back(block);
    p.idle_bytes += block.bytes;
    while (p.idle.size() > kMostIdleBlocks || p.idle_bytes > kMostIdleBytes) {
      surplus.push_back(p.idle.front());
      p.idle_bytes -= p.idle.front().bytes;
      p.idle.erase(p.idle.begin());
    }
  }
  for (const Block& old : surplus) std::free(old.data);
}

bool take_idle(size_t bytes, Block* block) {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  for (size_t i = p.idle.size(); i-- > 0;) {
    if (p.idle[i].bytes != bytes) continue;
    *block = p.idle[i];
    p.idle.erase(p.idle.begin() + static_cast<std::ptrdiff_t>(i));
    p.idle_bytes -= bytes;
    return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<void> pooled_block(size_t bytes) {
  bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes == 0) bytes = kAlignment;
  Block block{bytes, nullptr};
  if (!take_idle(bytes, &block)) {
    block.data = std::aligned_alloc(kAlignment, bytes);
    if (!block.data) throw std::bad_alloc();
  }
  return std::shared_ptr<void>(block.data, [block](void*) { give_back(block); });
}

void empty_pool() {
  std::vector<Block> idle;
  {
    Pool& p = pool();
    std::lock_guard<std::mutex> lock(p.mutex);
    idle.swap(p.idle);
    p.idle_bytes = 0;
  }
  for (const Block& block : idle) std::free(block.data);
}

size_t pool_idle_bytes() {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  return p.idle_bytes;
}

ImageHandle::ImageHandle(std::shared_ptr<const ImageBuffer> buffer, std::shared_ptr<Call> call,
                         std::string clip)
    : buffer_(std::move(buffer)), call_(std::move(call)), clip_(std::move(clip)) {
  const ImageBuffer& b = *buffer_;
  const auto ints = [](const std::array<int, 4>& r) {
    return std::vector<PropValue>{r[0], r[1], r[2], r[3]};
  };
  define({
      {kOfxPropType, PropType::kString, 1, {std::string(kOfxTypeImage)}},
      {kOfxImageEffectPropPixelDepth, PropType::kString, 1, {b.depth}},
      {kOfxImageEffectPropComponents, PropType::kString, 1, {b.components}},
      {kOfxImageEffectPropPreMultiplication, PropType::kString, 1, {b.premult}},
      {kOfxImageEffectPropRenderScale, PropType::kDouble, 2, {b.scale[0], b.scale[1]}},
      {kOfxImagePropPixelAspectRatio, PropType::kDouble, 1, {b.pixel_aspect}},
      {kOfxImagePropData, PropType::kPointer, 1, {b.data}},
      {kOfxImagePropBounds, PropType::kInt, 4, ints(b.bounds)},
      {kOfxImagePropRegionOfDefinition, PropType::kInt, 4, ints(b.rod)},
      {kOfxImagePropRowBytes, PropType::kInt, 1, {b.row_bytes}},
      {kOfxImagePropField, PropType::kString, 1, {b.field}},
      {kOfxImagePropUniqueIdentifier, PropType::kString, 1, {b.identifier}},
  });
}

ImageHandle* ImageHandle::from_lent(OfxPropertySetHandle handle) {
  return dynamic_cast<ImageHandle*>(PropertySet::from(handle));
}

}  // namespace pyopenfx
