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
