// Tiles of a picture: what another frame's matte says in them, and pixels taken from them and put
// back.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kSide = kTileSide;

// The cells before and behind each line of a tile, and how far the line is from the first.
struct Between {
  int32_t first[kSide], second[kSide];
  float away[kSide];
};

inline int32_t whole_below(float x) {
  const auto cut = static_cast<int32_t>(x);
  return static_cast<float>(cut) > x ? cut - 1 : cut;
}

inline int32_t bounded32(int32_t at, int32_t size) {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}

// Where the lines of a tile from *from* on, of *size* of them, lie on a grid of *cells*.
void lines_of(ptrdiff_t from, ptrdiff_t size, ptrdiff_t cells, Between& out) {
  const float scale = static_cast<float>(static_cast<double>(cells) / static_cast<double>(size));
  for (ptrdiff_t j = 0; j < kSide; ++j) {
    const ptrdiff_t line = from + j < size ? from + j : size - 1;
    const float place = (static_cast<float>(line) + 0.5f) * scale - 0.5f;
    const int32_t cell = whole_below(place);
    out.first[j] = bounded32(cell, static_cast<int32_t>(cells));
    out.second[j] = bounded32(cell + 1, static_cast<int32_t>(cells));
    out.away[j] = place - static_cast<float>(cell);
  }
}

// Rows of the grid that a tile needs, each with the columns of the tile already between its cells.
struct Raised {
  float row[kSide + 2][kSide];  // the grid is no finer than the picture
  int32_t from;

  void make(const float* plane, ptrdiff_t wide, const Between& along, const Between& across) {
    from = along.first[0];
    for (int32_t k = 0; k <= along.second[kSide - 1] - from; ++k) {
      const float* cells = plane + (from + k) * wide;
      for (ptrdiff_t j = 0; j < kSide; ++j) {
        const float left = cells[across.first[j]];
        row[k][j] = left + across.away[j] * (cells[across.second[j]] - left);
      }
    }
  }

  void at(const Between& along, ptrdiff_t line, float* __restrict out) const {
    const float* __restrict above = row[along.first[line] - from];
    const float* __restrict below = row[along.second[line] - from];
    const float down = along.away[line];
    for (ptrdiff_t j = 0; j < kSide; ++j) out[j] = above[j] + down * (below[j] - above[j]);
  }
};

inline float whole(float x) {  // of 0 up to 65535, to the next whole number, halves to the even one
  const float shift = 8388608.0f;
  return (x + shift) - shift;
}

struct Window {
  const uint16_t* values;
  int32_t top, left, rows, columns;  // where they lie, and how many
  int32_t height, width;             // of the whole

  uint32_t at(int32_t row, int32_t column) const {
    const int32_t y = bounded32(row, height) - top, x = bounded32(column, width) - left;
    if (y < 0 || y >= rows || x < 0 || x >= columns) return 0;
    return values[static_cast<ptrdiff_t>(y) * columns + x];
  }
};

// What the window says at the places of one row of a tile.
void say_row(const Window& window, const float* __restrict x, const float* __restrict y,
             float* __restrict out) {
  int32_t column[kSide], row[kSide];
  float right[kSide], down[kSide];
  int32_t inside = 1;
  for (ptrdiff_t j = 0; j < kSide; ++j) {
    const int32_t left = whole_below(x[j]), top = whole_below(y[j]);
    right[j] = x[j] - static_cast<float>(left);
    down[j] = y[j] - static_cast<float>(top);
    column[j] = left - window.left;
    row[j] = top - window.top;
    inside &= (column[j] >= 0) & (column[j] + 1 < window.columns) & (row[j] >= 0) &
              (row[j] + 1 < window.rows);
  }
  uint32_t first[kSide], second[kSide];  // two values each, the left one low
  if (inside) {
    for (ptrdiff_t j = 0; j < kSide; ++j) {
      const uint16_t* at =
          window.values + static_cast<ptrdiff_t>(row[j]) * window.columns + column[j];
      __builtin_memcpy(&first[j], at, 4);
      __builtin_memcpy(&second[j], at + window.columns, 4);
    }
  } else {
    for (ptrdiff_t j = 0; j < kSide; ++j) {
      const int32_t top = row[j] + window.top, left = column[j] + window.left;
      first[j] = window.at(top, left) | window.at(top, left + 1) << 16;
      second[j] = window.at(top + 1, left) | window.at(top + 1, left + 1) << 16;
    }
  }
  for (ptrdiff_t j = 0; j < kSide; ++j) {
    const auto c0 = static_cast<float>(static_cast<int32_t>(first[j] & 0xffff));
    const auto c1 = static_cast<float>(static_cast<int32_t>(first[j] >> 16));
    const auto c2 = static_cast<float>(static_cast<int32_t>(second[j] & 0xffff));
    const auto c3 = static_cast<float>(static_cast<int32_t>(second[j] >> 16));
    const float above = c0 + right[j] * (c1 - c0);
    const float below = c2 + right[j] * (c3 - c2);
    out[j] = whole(above + down[j] * (below - above)) / 65535.0f;
  }
}

// The lines of the next tile that are asked for soon, as far away as this one's.
void ask_ahead(const Window& window, float x, float y) {
  const int32_t left = bounded32(whole_below(x) - window.left, window.columns);
  const int32_t top = whole_below(y) - window.top;
  for (int32_t j = 0; j < kSide; ++j) {
    const int32_t row = bounded32(top + j, window.rows);
    __builtin_prefetch(window.values + static_cast<ptrdiff_t>(row) * window.columns + left);
  }
}

}  // namespace

namespace KERNELS_ISA {

bool lay(const LayJob& job) {
  const Window window = {job.values,
                         static_cast<int32_t>(job.top),
                         static_cast<int32_t>(job.left),
                         static_cast<int32_t>(job.rows),
                         static_cast<int32_t>(job.columns),
                         static_cast<int32_t>(job.height),
                         static_cast<int32_t>(job.width)};
  const double wide = static_cast<double>(job.width) / static_cast<double>(job.wide);
  const double high = static_cast<double>(job.height) / static_cast<double>(job.low);
  const auto over = static_cast<float>(wide), up = static_cast<float>(high);
  // no place is further away: whole numbers hold them
  const float far = 1048576.0f;
  Between across, along;
  Raised column, row, trusted;
  float x[kSide], y[kSide], belief[kSide];
  for (ptrdiff_t k = 0; k < job.tiles; ++k) {
    lines_of(static_cast<ptrdiff_t>(job.row[k]) * kSide, job.height, job.low, along);
    lines_of(static_cast<ptrdiff_t>(job.column[k]) * kSide, job.width, job.wide, across);
    column.make(job.x, job.wide, along, across);
    row.make(job.y, job.wide, along, across);
    trusted.make(job.belief, job.wide, along, across);
    for (ptrdiff_t i = 0; i < kSide; ++i) {
      column.at(along, i, x);
      row.at(along, i, y);
      trusted.at(along, i, belief);
      float* __restrict weight = job.weight + (k * kSide + i) * kSide;
      for (ptrdiff_t j = 0; j < kSide; ++j) {
        x[j] = within((x[j] + 0.5f) * over - 0.5f, -far, far);
        y[j] = within((y[j] + 0.5f) * up - 0.5f, -far, far);
        weight[j] = belief[j] * job.share;
      }
      if (!i && window.rows > 0 && k + 1 < job.tiles)
        ask_ahead(window, x[0] + static_cast<float>((job.column[k + 1] - job.column[k]) * kSide),
                  y[0] + static_cast<float>((job.row[k + 1] - job.row[k]) * kSide));
      say_row(window, x, y, job.planes + (k * kSide + i) * kSide);
    }
  }
  return true;
}

bool take_tiles(const TilesJob& job) {
  for (ptrdiff_t k = 0; k < job.tiles; ++k)
    for (ptrdiff_t i = 0; i < kSide; ++i) {
      const ptrdiff_t row = bounded(job.row[k] * kSide + i, job.height);
      const float* from = job.plane + row * job.width;
      float* to = job.pixels + (k * kSide + i) * kSide;
      for (ptrdiff_t j = 0; j < kSide; ++j)
        to[j] = from[bounded(job.column[k] * kSide + j, job.width)];
    }
  return true;
}

bool put_tiles(const TilesJob& job) {
  for (ptrdiff_t k = 0; k < job.tiles; ++k)
    for (ptrdiff_t i = 0; i < kSide && job.row[k] * kSide + i < job.height; ++i) {
      float* to = job.plane + (job.row[k] * kSide + i) * job.width;
      const float* from = job.pixels + (k * kSide + i) * kSide;
      for (ptrdiff_t j = 0; j < kSide && job.column[k] * kSide + j < job.width; ++j)
        to[job.column[k] * kSide + j] = from[j];
    }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
