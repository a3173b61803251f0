// Loops over pixels, free of Python: plain pointers to rows without gaps, sizes checked by the
// caller.
//
// What each computes is written beside its caller in Python, and the tests hold both against one
// another.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernels {

// The colour axis of a screen and the controls of its key (keyer/axis.py).
struct Axis {
  int high, mid, low;
  float shear, unshear, twin, balance, gain;
};

// What is sure before a screen (keyer/regions.py): rows of the plate and of the screen, H×W×3, the
// depths on them, H×W×2, and the slack at the edges of shadows, H×W×2 or null.
struct SureJob {
  const float* light;
  const float* surface;
  const float* depth;
  const float* slack;
  ptrdiff_t height, width;
  Axis axis;
  float near, point;  // squared distances to the screen, of the mean around a pixel and of itself
  uint8_t* subject;   // H×W, 0 or 1
  uint8_t* screen;
};

// Sums over cells of the colours of what is sure (keyer/palette.py): 14 fields a cell.
struct GatherJob {
  const float* light;
  const float* surface;
  const float* subject;  // H×W, weights
  const float* screen;
  ptrdiff_t height, width, cell;
  float* sums;  // rows×columns×14
};

constexpr int kFields = 14;

// The loops for one kind of processor.
struct Loops {
  bool (*sure)(const SureJob&);  // false: no memory
  bool (*gather)(const GatherJob&);
};

extern const Loops plain_loops;
extern const Loops avx2_loops;

// Those for this processor.
const Loops& loops();
const char* isa();

}  // namespace kernels
