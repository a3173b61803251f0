#include "marking.h"

#include <cstring>

#include "halves.h"

namespace kernels {
namespace {

constexpr uint64_t kRow = 0x9e3779b97f4a7c15, kColumn = 0xbf58476d1ce4e5b9,
                   kValue = 0x94d049bb133111eb;

uint64_t mixed(uint64_t number) {
  number ^= number >> 32;
  number *= kRow;
  return number ^ number >> 29;
}

template <Kind kind>
uint32_t bits_at(const char* at) {
  if constexpr (kind == Kind::kByte) return static_cast<uint8_t>(*at) * 257u;
  if constexpr (kind == Kind::kHalf || kind == Kind::kWord) {
    uint16_t word;
    std::memcpy(&word, at, sizeof word);
    return kind == Kind::kWord ? word : widened(word);
  }
  float value;
  std::memcpy(&value, at, sizeof value);
  return kind == Kind::kRounded ? rounded(value) : bits_of(value);
}

template <Kind kind>
uint64_t marked(const Pixels& pixels) {
  uint64_t sum = 0;
  for (ptrdiff_t y = pixels.top; y < pixels.bottom; ++y) {
    const char* at = pixels.values + y * pixels.row + pixels.left * pixels.column;
    const uint64_t row = mixed(static_cast<uint64_t>(pixels.y + y) * kRow);
    uint64_t place = row + static_cast<uint64_t>(pixels.x + pixels.left) * kColumn;
    for (ptrdiff_t x = pixels.left; x < pixels.right; ++x, at += pixels.column, place += kColumn) {
      const uint32_t bits = bits_at<kind>(at);
      const uint64_t counts = 0 - static_cast<uint64_t>((bits << 1) != 0);
      sum += mixed(place ^ bits * kValue) & counts;
    }
  }
  return sum;
}

}  // namespace

uint64_t mark(const Pixels& pixels) {
  switch (pixels.kind) {
    case Kind::kFloat:
      return marked<Kind::kFloat>(pixels);
    case Kind::kRounded:
      return marked<Kind::kRounded>(pixels);
    case Kind::kHalf:
      return marked<Kind::kHalf>(pixels);
    case Kind::kByte:
      return marked<Kind::kByte>(pixels);
    case Kind::kWord:
      return marked<Kind::kWord>(pixels);
  }
  return 0;
}

}  // namespace kernels
