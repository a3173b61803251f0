#include "layers.h"

#include <algorithm>
#include <cstring>

namespace kernels {
namespace {

// Four planes, each of whose numbers follow one another or are all one.
void four(const Plane* planes, ptrdiff_t y, ptrdiff_t width, float* out) {
  const float* rows[4];
  ptrdiff_t steps[4];
  for (int n = 0; n < 4; ++n) {
    rows[n] = reinterpret_cast<const float*>(planes[n].values + y * planes[n].row);
    steps[n] = planes[n].column / static_cast<ptrdiff_t>(sizeof(float));
  }
  for (ptrdiff_t x = 0; x < width; ++x)
    for (int n = 0; n < 4; ++n) out[4 * x + n] = rows[n][x * steps[n]];
}

// The box of four channels that lie side by side: what is 0 in a row is known for all of them in
// one look, and its first and last are only looked for where the box would become larger.
void box_of_four(const Plane& pixels, ptrdiff_t height, ptrdiff_t width, int32_t* out) {
  int32_t left[4], right[4] = {0, 0, 0, 0}, top[4] = {0, 0, 0, 0}, bottom[4] = {0, 0, 0, 0};
  std::fill(left, left + 4, static_cast<int32_t>(width));
  for (ptrdiff_t y = 0; y < height; ++y) {
    const char* row = pixels.values + y * pixels.row;
    uint32_t any[4] = {0, 0, 0, 0};
    for (ptrdiff_t x = 0; x < width; ++x) {
      uint32_t here[4];
      std::memcpy(here, row + x * sizeof here, sizeof here);
      for (int n = 0; n < 4; ++n) any[n] |= here[n];
    }
    for (int n = 0; n < 4; ++n) {
      if (!(any[n] << 1)) continue;  // without its sign
      const auto there = [&](int32_t x) {
        float value;
        std::memcpy(&value, row + (4 * static_cast<ptrdiff_t>(x) + n) * sizeof value, sizeof value);
        return value != 0;
      };
      if (!bottom[n]) top[n] = static_cast<int32_t>(y);
      bottom[n] = static_cast<int32_t>(y + 1);
      int32_t x = 0;
      while (x < left[n] && !there(x)) ++x;
      left[n] = x;
      x = static_cast<int32_t>(width);
      while (x > right[n] && !there(x - 1)) --x;
      right[n] = x;
    }
  }
  for (int n = 0; n < 4; ++n, out += 4)
    out[0] = top[n], out[1] = bottom[n], out[2] = bottom[n] ? left[n] : 0, out[3] = right[n];
}

}  // namespace

void interleave(const std::vector<Plane>& planes, ptrdiff_t height, ptrdiff_t width, char* out,
                ptrdiff_t row, ptrdiff_t column, ptrdiff_t channel) {
  constexpr ptrdiff_t kSize = sizeof(float);
  const bool together = planes.size() == 4 && channel == kSize && column == 4 * kSize;
  for (ptrdiff_t y = 0; y < height; ++y) {
    char* line = out + y * row;
    if (together) {
      four(planes.data(), y, width, reinterpret_cast<float*>(line));
      continue;
    }
    for (size_t n = 0; n < planes.size(); ++n)
      for (ptrdiff_t x = 0; x < width; ++x) {
        const float value = planes[n].at(y, x);
        std::memcpy(line + x * column + static_cast<ptrdiff_t>(n) * channel, &value, kSize);
      }
  }
}

void box(const Plane& pixels, ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels,
         ptrdiff_t channel, int32_t* out) {
  constexpr ptrdiff_t kSize = sizeof(float);
  if (channels == 4 && channel == kSize && pixels.column == 4 * kSize)
    return box_of_four(pixels, height, width, out);
  for (ptrdiff_t n = 0; n < channels; ++n, out += 4) {
    const Plane plane = {pixels.values + n * channel, pixels.row, pixels.column};
    int32_t top = 0, bottom = 0, left = 0, right = 0;
    for (ptrdiff_t y = 0; y < height; ++y) {
      int32_t here[2];
      span(plane, y, y + 1, width, here);
      if (!here[1]) continue;
      if (!bottom) top = static_cast<int32_t>(y), left = here[0];
      bottom = static_cast<int32_t>(y + 1);
      left = std::min(left, here[0]), right = std::max(right, here[1]);
    }
    out[0] = top, out[1] = bottom, out[2] = left, out[3] = right;
  }
}

}  // namespace kernels
