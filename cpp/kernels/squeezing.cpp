#include "squeezing.h"

#include <algorithm>
#include <cstring>

namespace kernels {
namespace {

constexpr int kLimit = 15, kInnerLimit = 7, kInner = 19;
constexpr size_t kFew = 1024;  // codes of their own take some fifty bytes
constexpr uint32_t kAdler = 65521;
constexpr size_t kUnsummed = 5552;  // bytes whose sums fit into 32 bits (RFC 1950)

struct Length {
  uint16_t code;
  uint8_t more, value;  // bits behind the code, and what they say
};

// Of repeats of 3 and more bytes.
std::array<Length, 256> lengths() {
  std::array<Length, 256> made{};
  int code = 257, more = 0, within = 0;
  for (int n = 0; n < 255; ++n) {
    made[n] = {static_cast<uint16_t>(code), static_cast<uint8_t>(more),
               static_cast<uint8_t>(within)};
    if (++within < 1 << more) continue;
    within = 0;
    if (++code >= 265 && (code - 265) % 4 == 0) ++more;
  }
  made[255] = {285, 0, 0};
  return made;
}
const std::array<Length, 256> kLengths = lengths();

struct Code {
  uint32_t bits = 0;
  int count = 0;
};

// How long the code of each symbol is, by how often it comes; at least two symbols get one.
template <size_t N>
std::array<uint8_t, N> code_lengths(std::array<uint32_t, N> often, int limit) {
  for (size_t k = 0, there = N - std::count(often.begin(), often.end(), 0u); there < 2; ++k)
    if (!often[k]) often[k] = 1, ++there;
  std::vector<int> order;
  for (size_t k = 0; k < N; ++k)
    if (often[k]) order.push_back(static_cast<int>(k));
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return often[a] < often[b]; });

  // Huffman's tree: leaves in order, then the nodes above them, which come in order too
  const size_t leaves = order.size(), nodes = 2 * leaves - 1;
  std::vector<uint64_t> weight(nodes);
  std::vector<size_t> above(nodes);
  for (size_t k = 0; k < leaves; ++k) weight[k] = often[order[k]];
  for (size_t made = leaves, leaf = 0, node = leaves; made < nodes; ++made)
    for (int side = 0; side < 2; ++side) {
      const bool lower = leaf < leaves && (node >= made || weight[leaf] <= weight[node]);
      const size_t taken = lower ? leaf++ : node++;
      weight[made] += weight[taken];
      above[taken] = made;
    }
  std::vector<int> depth(nodes, 0);
  std::array<int, kLimit + 1> count{};
  for (size_t k = nodes - 1; k-- > 0;) {
    depth[k] = depth[above[k]] + 1;
    if (k < leaves) ++count[std::min(depth[k], limit)];
  }
  // codes that were too long got the longest length: others become longer until all have room
  uint32_t room = 0;
  for (int n = 1; n <= limit; ++n) room += static_cast<uint32_t>(count[n]) << (limit - n);
  for (; room > 1u << limit; --room) {
    --count[limit];
    int n = limit - 1;
    while (!count[n]) --n;
    --count[n];
    count[n + 1] += 2;
  }
  std::array<uint8_t, N> made{};
  for (int n = limit, k = 0; n > 0; --n)
    for (int left = count[n]; left > 0; --left) made[order[k++]] = static_cast<uint8_t>(n);
  return made;
}

// The codes of such lengths, their first bit lowest.
template <size_t N>
std::array<Code, N> codes(const std::array<uint8_t, N>& lengths) {
  std::array<uint32_t, kLimit + 2> next{};
  for (uint8_t length : lengths)
    if (length) ++next[length + 1];
  for (int n = 1; n <= kLimit; ++n) next[n + 1] += next[n], next[n + 1] <<= 1;
  std::array<Code, N> made{};
  for (size_t k = 0; k < N; ++k) {
    if (!lengths[k]) continue;
    uint32_t code = next[lengths[k]]++;
    for (int bit = 0; bit < lengths[k]; ++bit, code >>= 1)
      made[k].bits = made[k].bits << 1 | (code & 1);
    made[k].count = lengths[k];
  }
  return made;
}

struct Told {
  uint8_t symbol, more, value;
};

// Lengths as a block tells them: zeros and repeats together.
std::vector<Told> shortened(const std::vector<uint8_t>& lengths) {
  std::vector<Told> made;
  for (size_t k = 0; k < lengths.size();) {
    const uint8_t one = lengths[k];
    size_t same = 1;
    while (k + same < lengths.size() && lengths[k + same] == one) ++same;
    k += same;
    if (one) made.push_back({one, 0, 0}), --same;
    while (same) {
      const size_t some = std::min<size_t>(same, one ? 6 : 138);
      same -= some;
      if (some < 3)
        made.insert(made.end(), some, {one, 0, 0});
      else if (one)
        made.push_back({16, 2, static_cast<uint8_t>(some - 3)});
      else if (some < 11)
        made.push_back({17, 3, static_cast<uint8_t>(some - 3)});
      else
        made.push_back({18, 7, static_cast<uint8_t>(some - 11)});
    }
  }
  return made;
}

}  // namespace

void Squeezer::begin() {
  count_ = end_ = 0;
  often_.fill(0);
  waiting_ = 0, bits_ = 0;
  room(2);
  put(0x0178, 16);
  before_ = -1, again_ = 0;
  low_ = 1, high_ = 0;
}

void Squeezer::tell(uint16_t one, int code) {
  if (count_ == kMost) block(false);
  told_[count_++] = one;
  ++often_[code];
}

// Tells how often the byte before came again.
void Squeezer::settle() {
  while (again_ >= kShortest) {
    const size_t some = std::min<size_t>(again_, kLongest);
    const size_t beyond = some - kShortest;
    tell(static_cast<uint16_t>(256 + beyond), kLengths[beyond].code);
    again_ -= some;
  }
  for (; again_; --again_) tell(static_cast<uint16_t>(before_), before_);
}

void Squeezer::add(const uint8_t* bytes, size_t count) {
  check(bytes, count);
  for (size_t k = 0; k < count; ++k) {
    if (bytes[k] == before_) {
      ++again_;
      continue;
    }
    if (again_) settle();
    tell(bytes[k], bytes[k]);
    before_ = bytes[k];
  }
}

void Squeezer::add(uint8_t byte, size_t count) {
  if (!count) return;
  const uint64_t n = count, low = low_;
  high_ = static_cast<uint32_t>((high_ + n % kAdler * low + byte * ((n * (n + 1) / 2) % kAdler)) %
                                kAdler);
  low_ = static_cast<uint32_t>((low + n % kAdler * byte) % kAdler);
  if (byte != before_) {
    settle();
    tell(byte, byte);
    before_ = byte;
    --count;
  }
  again_ += count;
}

void Squeezer::check(const uint8_t* bytes, size_t count) {
  while (count) {
    const size_t some = std::min(count, kUnsummed);
    for (size_t k = 0; k < some; ++k) low_ += bytes[k], high_ += low_;
    low_ %= kAdler, high_ %= kAdler;
    bytes += some, count -= some;
  }
}

void Squeezer::turn() {
  settle();
  if (count_ >= kFew) block(false);
}

const std::vector<uint8_t>& Squeezer::end() {
  settle();
  block(true);
  room(8);
  put(0, 7 & -bits_);  // to the end of the byte
  for (int k = 24; k >= 0; k -= 8) put((high_ << 16 | low_) >> k & 0xff, 8);
  out_.resize(end_);
  return out_;
}

// Has room for so many bytes more, and for those that are written with the last of them.
void Squeezer::room(size_t bytes) {
  if (out_.size() < end_ + bytes + 8) out_.resize(2 * (end_ + bytes + 8));
}

// Some bits, up to 48, behind the others; there is room for them.
void Squeezer::put(uint64_t bits, int count) {
  waiting_ |= bits << bits_;
  bits_ += count;
  for (int k = 0; k < 8; ++k) out_[end_ + k] = static_cast<uint8_t>(waiting_ >> 8 * k);
  end_ += static_cast<size_t>(bits_ >> 3);
  waiting_ >>= bits_ & ~7;
  bits_ &= 7;
}

// What was told, with the codes that suit it.
void Squeezer::block(bool last) {
  ++often_[kEnd];
  const auto lengths = code_lengths(often_, kLimit);
  const auto code = codes(lengths);
  size_t used = kCodes;
  while (used > kEnd + 1 && !lengths[used - 1]) --used;
  std::vector<uint8_t> all(lengths.begin(), lengths.begin() + used);
  all.push_back(1);  // the one distance that there is: the byte before
  const std::vector<Told> told = shortened(all);
  std::array<uint32_t, kInner> often{};
  for (const Told& one : told) ++often[one.symbol];
  const auto inner = code_lengths(often, kInnerLimit);
  const auto inner_code = codes(inner);
  constexpr int kOrder[kInner] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  int named = kInner;
  while (named > 4 && !inner[kOrder[named - 1]]) --named;

  room(512 + 4 * count_);  // a code has at most 15 bits, 5 more and 1; lengths take 14 each
  put(last | 2 << 1, 3);
  put(used - 257, 5);
  put(0, 5);
  put(static_cast<uint64_t>(named - 4), 4);
  for (int k = 0; k < named; ++k) put(inner[kOrder[k]], 3);
  for (const Told& one : told) {
    put(inner_code[one.symbol].bits, inner_code[one.symbol].count);
    put(one.value, one.more);
  }
  for (size_t k = 0; k < count_; ++k) {
    const uint16_t one = told_[k];
    if (one < 256) {
      put(code[one].bits, code[one].count);
      continue;
    }
    const Length& length = kLengths[one - 256];
    const Code& first = code[length.code];
    put(first.bits | static_cast<uint64_t>(length.value) << first.count,
        first.count + length.more + 1);
  }
  put(code[kEnd].bits, code[kEnd].count);
  count_ = 0;
  often_.fill(0);
}

}  // namespace kernels
