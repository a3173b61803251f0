// Bytes in ZIP where nothing but the byte before is looked for: what is left of an EXR's lines when
// neighbours have been taken from one another (RFC 1950, RFC 1951).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kernels {

class Squeezer {
 public:
  // Begins anew.
  void begin();
  // Takes some bytes.
  void add(const uint8_t* bytes, size_t count);
  // Takes the same byte again and again.
  void add(uint8_t byte, size_t count);
  // What follows may be of another kind: it gets codes of its own where that is worth it.
  void turn();
  // All that was taken, packed.
  const std::vector<uint8_t>& end();

 private:
  void tell(uint16_t one, int code);
  void settle();
  void check(const uint8_t* bytes, size_t count);
  void block(bool last);
  void room(size_t bytes);
  void put(uint64_t bits, int count);

  static constexpr int kCodes = 286, kEnd = 256, kLongest = 258, kShortest = 3;
  static constexpr size_t kMost = 16384;  // of a block: what comes later may be of another kind

  std::array<uint16_t, kMost> told_;  // a byte, or 256 and how long a repeat is beyond the shortest
  size_t count_ = 0;
  std::array<uint32_t, kCodes> often_{};
  std::vector<uint8_t> out_;
  size_t end_ = 0;  // of what is written of it
  uint64_t waiting_ = 0;
  int bits_ = 0;
  int before_ = -1;   // the byte before; -1 where there is none
  size_t again_ = 0;  // how often it came again since it was told
  uint32_t low_ = 1, high_ = 0;
};

}  // namespace kernels
