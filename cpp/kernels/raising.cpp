// Small pictures brought to a plate's size, some of its rows at a time.
#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

// Where the centre of cell *at* of *many* lies among *few*: the cell before it and the way to the
// next.
struct Tap {
  ptrdiff_t first, next;
  float way;
};

Tap tap(ptrdiff_t at, ptrdiff_t many, ptrdiff_t few) {
  const double scale = static_cast<double>(few) / static_cast<double>(many);
  const double place = (static_cast<double>(at) + 0.5) * scale - 0.5;
  const double last = static_cast<double>(few - 1);
  const double kept = place < 0 ? 0 : place > last ? last : place;
  const ptrdiff_t first = static_cast<ptrdiff_t>(kept);
  return {first, bounded(first + 1, few), static_cast<float>(kept - static_cast<double>(first))};
}

// One row of the small picture as wide as the plate; Channels is 0 where there are more than three.
template <ptrdiff_t Channels>
void widened(const RaiseJob& job, const Tap* taps, const float* row, float* __restrict out) {
  const ptrdiff_t channels = Channels ? Channels : job.channels;
  for (ptrdiff_t x = 0; x < job.width; ++x) {
    const float way = taps[x].way;
    const float* one = row + taps[x].first * channels;
    const float* two = row + taps[x].next * channels;
    for (ptrdiff_t c = 0; c < channels; ++c)
      out[x * channels + c] = one[c] + (two[c] - one[c]) * way;
  }
}

void (*widening(ptrdiff_t channels))(const RaiseJob&, const Tap*, const float*, float*) {
  return channels == 1   ? widened<1>
         : channels == 2 ? widened<2>
         : channels == 3 ? widened<3>
                         : widened<0>;
}

void between(const float* __restrict one, const float* __restrict two, float way, ptrdiff_t count,
             float* __restrict out) {
  for (ptrdiff_t k = 0; k < count; ++k) out[k] = one[k] + (two[k] - one[k]) * way;
}

}  // namespace

namespace KERNELS_ISA {

bool raise(const RaiseJob& job) {
  const ptrdiff_t count = job.width * job.channels;
  const Rows<float> wide(2, count);
  const Rows<Tap> taps(1, job.width);
  if (!wide.good() || !taps.good()) return false;
  for (ptrdiff_t x = 0; x < job.width; ++x) taps[0][x] = tap(x, job.width, job.columns);
  const auto widen = widening(job.channels);
  ptrdiff_t held[2] = {-1, -1};  // the rows of the small picture that are widened
  const auto at = [&](ptrdiff_t row) {
    const ptrdiff_t place = row % 2;
    if (held[place] != row)
      widen(job, taps[0], job.low + row * job.columns * job.channels, wide[place]);
    held[place] = row;
    return wide[place];
  };
  for (ptrdiff_t y = job.from; y < job.to; ++y) {
    const Tap of = tap(y, job.height, job.rows);
    const float* one = at(of.first);
    between(one, at(of.next), of.way, count, job.out + (y - job.from) * count);
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
