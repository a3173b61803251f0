// ImageBuffer: pixels with their description.  ImageHandle: one lending of them to a plug-in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "handles.h"
#include "ofxImageEffect.h"
#include "property_set.h"

namespace pyopenfx {

class Call;

// `data` is the leftmost pixel of row y1, the lowest one; bounds and rod are pixels at `scale`.
struct ImageBuffer {
  void* data = nullptr;
  std::array<int, 4> bounds{};
  std::array<int, 4> rod{};
  int row_bytes = 0;  // from a row to the one above it; negative where memory runs top row first
  std::string components = kOfxImageComponentNone;
  std::string depth = kOfxBitDepthNone;
  std::string premult = kOfxImageOpaque;
  std::string field = kOfxImageFieldNone;
  std::string identifier;
  double pixel_aspect = 1;
  std::array<double, 2> scale{1, 1};
  std::shared_ptr<void> owner;  // keeps the memory
};

class ImageHandle : public PropertySet {
 public:
  ImageHandle(std::shared_ptr<const ImageBuffer> buffer, std::shared_ptr<Call> call,
              std::string clip);
  // Released handles stay recognizable: their memory is not used again soon.
  static void* operator new(size_t bytes) { return new_block(bytes); }
  static void operator delete(void* block) { retire_block(block); }

  // Null when the handle is no image that is lent out at the moment.
  static ImageHandle* from_lent(OfxPropertySetHandle handle);

  const std::shared_ptr<Call>& call() const { return call_; }
  const std::string& clip() const { return clip_; }

 private:
  std::shared_ptr<const ImageBuffer> buffer_;
  std::shared_ptr<Call> call_;
  std::string clip_;
};

// A block of at least `bytes` bytes, 64-byte aligned, its content undefined.  Blocks come back to
// a small pool when their last owner goes, for a fresh block costs its page faults again.
std::shared_ptr<void> pooled_block(size_t bytes);
// Gives the pool's idle blocks back to the system.
void empty_pool();
size_t pool_idle_bytes();

}  // namespace pyopenfx
