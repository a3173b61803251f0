// Numbers that tests hand to the compiled loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../cpp/kernels/kernels.h"

using Floats = std::vector<float>;

// The same numbers in every run.
struct Random {
  uint32_t state = 3;
  float next() {
    state = state * 1664525u + 1013904223u;
    return static_cast<float>(state >> 8) / 16777216.0f;
  }
  Floats some(ptrdiff_t count, float from = 0, float to = 1) {
    Floats made(static_cast<size_t>(count));
    for (float& one : made) one = from + (to - from) * next();
    return made;
  }
};

inline bool same(const Floats& one, const Floats& two) {
  return one.size() == two.size() &&
         (one.empty() || std::memcmp(one.data(), two.data(), 4 * one.size()) == 0);
}

// What a kind of processor makes of the people network's heads at some sizes.
Floats headed(const kernels::Loops& loops);

// And of the pixels of one person.
Floats peopled(const kernels::Loops& loops);
