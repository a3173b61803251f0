#include "lines.h"

#include <algorithm>
#include <cstring>

#include "halves.h"
#include "squeezing.h"

namespace kernels {
namespace {

constexpr uint8_t kFlat = 0x80;  // the difference between two equal bytes

constexpr ptrdiff_t kTogether = 16;

// Whether some numbers of a row are all 0, from a column on.
bool none(const Plane& plane, ptrdiff_t y, ptrdiff_t x) {
  uint32_t any = 0;
  if (plane.column == sizeof(float)) {
    const char* at = plane.values + y * plane.row + x * plane.column;
    uint32_t some[kTogether];
    std::memcpy(some, at, sizeof some);
    for (uint32_t one : some) any |= one << 1;  // without its sign
  } else {
    for (ptrdiff_t k = 0; k < kTogether; ++k) any |= bits_of(plane.at(y, x + k)) << 1;
  }
  return !any;
}

// Some words of a line that follow one another; all between pieces is 0.
struct Piece {
  ptrdiff_t first, count;
  const uint16_t* words;
};

void fill(const Channel& channel, ptrdiff_t y, uint16_t* out) {
  const ptrdiff_t count = channel.to - channel.from;
  if (channel.size == 1) {
    for (ptrdiff_t k = 0; k < count; ++k) out[k] = half_of(channel.plane.at(y, channel.from + k));
    return;
  }
  for (ptrdiff_t k = 0; k < count; ++k) {
    const uint32_t bits = bits_of(channel.plane.at(y, channel.from + k));
    out[2 * k] = static_cast<uint16_t>(bits), out[2 * k + 1] = static_cast<uint16_t>(bits >> 16);
  }
}

// Bytes less the one before each, the first of all as it is.
class Differences {
 public:
  explicit Differences(Squeezer* into) : into_(into) {}

  void zeros(ptrdiff_t count) {
    if (count <= 0) return;
    const uint8_t first = before_ < 0 ? 0 : static_cast<uint8_t>(kFlat - before_);
    into_->add(&first, 1);
    into_->add(kFlat, static_cast<size_t>(count - 1));
    before_ = 0;
  }

  void bytes(const Piece& piece, int shift) {
    if (piece.count <= 0) return;
    made_.resize(static_cast<size_t>(piece.count));
    const uint16_t* words = piece.words;
    const uint8_t first = static_cast<uint8_t>(words[0] >> shift);
    made_[0] = before_ < 0 ? first : static_cast<uint8_t>(first - before_ + kFlat);
    for (ptrdiff_t k = 1; k < piece.count; ++k)
      made_[k] = static_cast<uint8_t>((words[k] >> shift) - (words[k - 1] >> shift) + kFlat);
    before_ = static_cast<uint8_t>(words[piece.count - 1] >> shift);
    into_->add(made_.data(), made_.size());
  }

 private:
  Squeezer* into_;
  std::vector<uint8_t> made_;
  int before_ = -1;
};

void append(std::vector<uint8_t>* out, uint32_t value) {
  for (int k = 0; k < 32; k += 8) out->push_back(static_cast<uint8_t>(value >> k));
}

void plain(const std::vector<Piece>& line, ptrdiff_t words, std::vector<uint8_t>* out) {
  const size_t at = out->size();
  out->resize(at + static_cast<size_t>(2 * words), 0);
  for (const Piece& piece : line)
    for (ptrdiff_t k = 0; k < piece.count; ++k) {
      (*out)[at + 2 * (piece.first + k)] = static_cast<uint8_t>(piece.words[k]);
      (*out)[at + 2 * (piece.first + k) + 1] = static_cast<uint8_t>(piece.words[k] >> 8);
    }
}

}  // namespace

bool span(const Plane& plane, ptrdiff_t top, ptrdiff_t bottom, ptrdiff_t width, int32_t* out) {
  ptrdiff_t from = width, to = 0;
  uint32_t worst = 0;
  for (ptrdiff_t y = top; y < bottom; ++y) {
    ptrdiff_t first = 0, last = width;
    while (first + kTogether <= width && none(plane, y, first)) first += kTogether;
    while (first < width && plane.at(y, first) == 0) ++first;
    if (first == width) continue;
    while (last - kTogether > first && none(plane, y, last - kTogether)) last -= kTogether;
    while (plane.at(y, last - 1) == 0) --last;
    from = std::min(from, first), to = std::max(to, last);
    for (ptrdiff_t x = first; x < last; ++x)
      worst = std::max(worst, bits_of(plane.at(y, x)) & 0x7fffffff);
  }
  out[0] = static_cast<int32_t>(to ? from : 0), out[1] = static_cast<int32_t>(to);
  return worst < 0x7f800000;
}

std::vector<uint8_t> packed(const std::vector<Channel>& channels, ptrdiff_t words, ptrdiff_t from,
                            ptrdiff_t to, ptrdiff_t block, int32_t number,
                            std::vector<int64_t>* sizes) {
  ptrdiff_t held = 0;
  for (const Channel& one : channels) held += one.size * (one.to - one.from);
  std::vector<uint16_t> memory(static_cast<size_t>(held * block));
  std::vector<std::vector<Piece>> lines(static_cast<size_t>(block));
  std::vector<uint8_t> out;
  Squeezer squeezer;
  for (ptrdiff_t top = from; top < to; top += block) {
    const ptrdiff_t count = std::min(block, to - top);
    uint16_t* room = memory.data();
    for (ptrdiff_t y = 0; y < count; ++y) {
      lines[y].clear();
      for (const Channel& one : channels) {
        const ptrdiff_t some = one.size * (one.to - one.from);
        fill(one, top + y, room);
        lines[y].push_back({one.first + one.size * one.from, some, room});
        room += some;
      }
    }
    squeezer.begin();
    Differences differences(&squeezer);
    for (int shift : {0, 8}) {  // all low bytes, then all high ones
      for (ptrdiff_t y = 0; y < count; ++y) {
        ptrdiff_t at = 0;
        for (const Piece& piece : lines[y]) {
          differences.zeros(piece.first - at);
          differences.bytes(piece, shift);
          at = piece.first + piece.count;
        }
        differences.zeros(words - at);
      }
      if (!shift) squeezer.turn();
    }
    const std::vector<uint8_t>& made = squeezer.end();
    const size_t start = out.size(), whole = static_cast<size_t>(2 * count * words);
    const bool shorter = made.size() < whole;
    append(&out, static_cast<uint32_t>(number + static_cast<int32_t>(top - from)));
    append(&out, static_cast<uint32_t>(shorter ? made.size() : whole));
    if (shorter)
      out.insert(out.end(), made.begin(), made.end());
    else
      for (ptrdiff_t y = 0; y < count; ++y) plain(lines[y], words, &out);
    sizes->push_back(static_cast<int64_t>(out.size() - start));
  }
  return out;
}

}  // namespace kernels
