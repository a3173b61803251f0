#include "places.h"

#include <cstring>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

namespace anatomatte::channel {
namespace {

constexpr int64_t kFloat = sizeof(float);
constexpr int64_t kFarthest = int64_t{1} << 40;  // no step of an honest picture comes near this

struct Source {
  const char* top;
  int64_t pixel_step, row_step;
};

int64_t width_of(const AnmCall& call) { return int64_t{call.window[2]} - call.window[0]; }
int64_t height_of(const AnmCall& call) { return int64_t{call.window[3]} - call.window[1]; }

bool steps_well(int64_t step) { return step >= 0 && step < kFarthest; }

// The first byte behind a channel's last value, counted from its first.
bool extent_of(const AnmCall& call, int64_t pixel_step, int64_t row_step, int64_t* bytes) {
  if (!steps_well(pixel_step) || !steps_well(row_step)) return false;
  int64_t across = 0, down = 0;
  const bool wraps = __builtin_mul_overflow(width_of(call) - 1, pixel_step, &across) ||
                     __builtin_mul_overflow(height_of(call) - 1, row_step, &down) ||
                     __builtin_add_overflow(across, down, bytes) ||
                     __builtin_add_overflow(*bytes, kFloat, bytes);
  return !wraps;
}

// As the host has them, side by side in each pixel.
bool side_by_side(const std::vector<Source>& channels) {
  const auto count = static_cast<int64_t>(channels.size());
  for (int64_t i = 0; i < count; ++i) {
    const Source& one = channels[static_cast<size_t>(i)];
    if (one.top != channels[0].top + i * kFloat || one.pixel_step != count * kFloat) return false;
  }
  return true;
}

// One row of channels that lie apart.
void merge(const char* const* from, const int64_t* step, int64_t count, int64_t width, char* to) {
  int64_t x = 0;
#ifdef __SSE2__
  const bool planes = count == 4 && step[0] == kFloat && step[1] == kFloat && step[2] == kFloat &&
                      step[3] == kFloat;
  for (; planes && x + 4 <= width; x += 4) {
    __m128 p[4];
    for (int c = 0; c < 4; ++c) p[c] = _mm_loadu_ps(reinterpret_cast<const float*>(from[c]) + x);
    _MM_TRANSPOSE4_PS(p[0], p[1], p[2], p[3]);
    for (int i = 0; i < 4; ++i) _mm_storeu_ps(reinterpret_cast<float*>(to) + (x + i) * 4, p[i]);
  }
#endif
  for (; x < width; ++x) {
    for (int64_t c = 0; c < count; ++c) {
      std::memcpy(to + (x * count + c) * kFloat, from[c] + x * step[c], kFloat);
    }
  }
}

}  // namespace

bool find_places(const AnmChannels& channels, const AnmCall& call, const MappedMemory& memory,
                 Places* places) {
  const bool floats = call.output->depth == ANM_FLOAT && channels.count == call.output->components;
  if (!floats || channels.count < 1 || width_of(call) < 1 || height_of(call) < 1) return false;
  Places found;
  for (int i = 0; i < channels.count; ++i) {
    const auto& one = channels.at[i];
    int64_t bytes = 0;
    if (!extent_of(call, one.pixel_step, one.row_step, &bytes)) return false;
    const char* first = static_cast<const char*>(one.top);
    Place place{0, 0, one.pixel_step, one.row_step};
    place.block = memory.holding(first, first + bytes - 1, &place.offset);
    if (!place.block) return false;
    found.push_back(place);
  }
  *places = std::move(found);
  return true;
}

void put_places(Writer* out, const Places& places) {
  out->i64(static_cast<int64_t>(places.size()));
  for (const Place& one : places) {
    out->i64(one.block).i64(one.offset).i64(one.pixel_step).i64(one.row_step);
  }
}

Places get_places(Reader* in) {
  const int64_t count = in->i64();
  if (count < 0 || count > 4) throw WireError("a picture of an unlikely number of channels");
  Places places;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t block = in->i64(), offset = in->i64(), pixel_step = in->i64();
    places.push_back({block, offset, pixel_step, in->i64()});
  }
  in->end();
  return places;
}

void gather(const AnmCall& call, const Places& places, const LentMemory& memory) {
  const AnmImage& image = *call.output;
  const auto count = static_cast<int64_t>(places.size());
  std::vector<Source> channels;
  for (const Place& one : places) {
    const LentMemory::Block* block = memory.at(one.block);
    int64_t bytes = 0;
    const bool fits = block && count == image.components && image.depth == ANM_FLOAT &&
                      extent_of(call, one.pixel_step, one.row_step, &bytes) && one.offset >= 0 &&
                      bytes <= static_cast<int64_t>(block->memory.map.size()) - one.offset;
    if (!fits) throw WireError("a picture that lies outside of the shared memory");
    channels.push_back({block->data() + one.offset, one.pixel_step, one.row_step});
  }
  const bool together = side_by_side(channels);
  char* to = static_cast<char*>(image.data) +
             (int64_t{call.window[3]} - 1 - image.bounds[1]) * image.row_bytes +
             (int64_t{call.window[0]} - image.bounds[0]) * count * kFloat;
  const int64_t width = width_of(call);
  for (int64_t y = 0; y < height_of(call); ++y, to -= image.row_bytes) {
    const char* from[4] = {};
    int64_t step[4] = {};
    for (size_t c = 0; c < channels.size(); ++c) {
      from[c] = channels[c].top + y * channels[c].row_step;
      step[c] = channels[c].pixel_step;
    }
    if (together) {
      std::memcpy(to, from[0], static_cast<size_t>(width * count * kFloat));
    } else {
      merge(from, step, count, width, to);
    }
  }
}

}  // namespace anatomatte::channel
