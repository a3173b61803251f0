// What loops over a window of frames are told.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernels {

// Mean and standard deviation along a window of a frame's own planes, of weight 1, and of what
// other frames say (temporal/steady.py).
struct AlongJob {
  const float* own;  // planes×N
  ptrdiff_t planes, count;
  const float* const* values;   // of each other frame, planes×N
  const float* const* weights;  // of each, N
  ptrdiff_t others;
  float* mean;
  float* spread;
  float* total;  // N
};

// A mean along a window in place, drawn to what enough frames say where they disagree outright.
struct DrawJob {
  const float* own;  // planes×N
  float* mean;
  const float* spread;
  const float* total;  // N
  ptrdiff_t planes, count;
  const float* gross;    // where a ramp begins and how wide it is: of what disagrees,
  const float* alone;    // of how far the others' mean is from a half;
  const float* enough;   // middle and width: of frames that are of one mind,
  const float* divided;  // of those that are not
  float tiny;
};

// A mean N in place, kept in 0..1, without the rests where a frame's own value is clear by itself.
struct RestsJob {
  const float* own;
  float* mean;
  ptrdiff_t count;
  float low, span;    // of a rest
  float clear, full;  // own values up to which, and from which on, it is clear
};

// What another frame's matte, in 65535ths, says in tiles of this one, and how much that counts
// (temporal/open.py).
constexpr ptrdiff_t kTileSide = 16;
struct LayJob {
  const uint16_t* values;  // rows×columns, at *top* and *left* of the matte; all around is 0
  ptrdiff_t top, left, rows, columns;
  ptrdiff_t height, width;  // of the matte, and of this frame
  const float* x;           // low×wide: where this frame lies in the other, in these cells
  const float* y;
  const float* belief;
  ptrdiff_t low, wide;
  float share;
  const int32_t* row;  // of each tile
  const int32_t* column;
  ptrdiff_t tiles;
  float* planes;  // tiles×16×16
  float* weight;
};

// Pixels of tiles, tiles×16×16, from a plane or into it; beyond its border its last ones again.
struct TilesJob {
  float* plane;
  ptrdiff_t height, width;
  const int32_t* row;
  const int32_t* column;
  ptrdiff_t tiles;
  float* pixels;
};

// What another frame says of each part at N places between its pixels, added to votes
// (engine/steady_parts.py).
struct HearJob {
  const uint8_t* codes;  // parts×height×width
  const int32_t* rows;   // of the votes
  ptrdiff_t parts, height, width;
  const float* x;
  const float* y;
  const float* weight;
  ptrdiff_t count;
  float* votes;  // n×N
};

}  // namespace kernels
