// Alpha between two sides of which each is a Gaussian: people/colours.py says what is computed.
#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr int kSome = 128;
constexpr int kSteps = 7;
constexpr float kGrain = 0.02f, kFirm = 2.5f, kApart = 0.5f, kFaint = 0.05f, kEvidence = 25.0f;
constexpr double kWithin = 8 * 3.0;

// Some pixels of the edge, channel by channel.
struct Edge {
  float off[3][kSome], gap[3][kSome];     // from the outside: to the colour, to the inside
  float v_in[3][kSome], v_out[3][kSome];  // variances with grain
  float noise[kSome], lean[kSome], worth[kSome], alpha[kSome];
  float cost[kSteps][kSome];
};

void seen(const SidesJob& job, ptrdiff_t first, int count, Edge& to) {
  const ptrdiff_t n = job.count;
  const float* bright = job.colour + first;
  for (int k = 0; k < count; ++k) {
    const float grain = kGrain * (__builtin_fabsf(bright[k]) + 0.3f);
    to.noise[k] = grain * grain;
  }
  for (int c = 0; c < 3; ++c) {
    const float* colour = job.colour + c * n + first;
    const float* field = job.fields + first;
    const float *inside = field + c * n, *spread_in = field + (3 + c) * n;
    const float *outside = field + (6 + c) * n, *spread_out = field + (9 + c) * n;
    for (int k = 0; k < count; ++k) {
      to.off[c][k] = colour[k] - outside[k];
      to.gap[c][k] = inside[k] - outside[k];
      to.v_in[c][k] = spread_in[k] + to.noise[k];
      to.v_out[c][k] = spread_out[k] + to.noise[k];
    }
  }
}

// How much the colours are worth, by how far apart the sides are, and where the network leans.
void judged(const float* prior, int count, Edge& at) {
  for (int k = 0; k < count; ++k) {
    float far[3], wide[3];
    for (int c = 0; c < 3; ++c) {
      const float v_in = at.v_in[c][k], v_out = at.v_out[c][k], both = v_in + v_out,
                  gap = at.gap[c][k];
      far[c] = gap * gap / both * 0.25f;
      wide[c] = log_of(both * both / (v_in * v_out) * 0.25f) * 0.25f;
    }
    const float apart = far[0] + far[1] + far[2] + wide[0] + wide[1] + wide[2];
    const float worth = apart / (apart + kApart), safe = within(prior[k], 0.004f, 0.996f);
    at.worth[k] = worth;
    at.lean[k] = log_of(safe / (1.0f - safe)) * (kFirm - (kFirm - 1.0f) * worth);
  }
}

void priced(float a, int count, const Edge& at, float* __restrict cost) {
  const float own = a * a, rest = (1.0f - a) * (1.0f - a), between = 1.0f - own - rest;
  const float middle =
      static_cast<float>(kWithin * static_cast<double>(a) * (1.0 - static_cast<double>(a)));
  for (int k = 0; k < count; ++k) {
    float misfit = 0.0f, spread = 1.0f;
    for (int c = 0; c < 3; ++c) {
      const float variance = own * at.v_in[c][k] + rest * at.v_out[c][k] + between * at.noise[k];
      const float left = at.off[c][k] - a * at.gap[c][k];
      misfit += left * left / variance;
      spread *= variance;
    }
    cost[k] = (least(misfit, kEvidence) + log_of(spread)) * at.worth[k] +
              (middle - 2.0f * a * at.lean[k]);
  }
}

// The mean of α over its likelihood times the prior, without the faint rest that a mean leaves.
void expected(int count, Edge& at) {
  float lowest[kSome], mean[kSome], total[kSome];
  for (int k = 0; k < count; ++k) {
    lowest[k] = at.cost[0][k];
    mean[k] = total[k] = 0.0f;
  }
  for (int step = 1; step < kSteps; ++step)
    for (int k = 0; k < count; ++k) lowest[k] = least(lowest[k], at.cost[step][k]);
  for (int step = 0; step < kSteps; ++step) {
    const float a = static_cast<float>(step / static_cast<double>(kSteps - 1));
    const float* __restrict cost = at.cost[step];
    for (int k = 0; k < count; ++k) {
      const float likely = exp_of((cost[k] - lowest[k]) * -0.5f);
      mean[k] += a * likely;
      total[k] += likely;
    }
  }
  for (int k = 0; k < count; ++k)
    at.alpha[k] = within((mean[k] / total[k] - kFaint) / (1.0f - 2.0f * kFaint), 0.0f, 1.0f);
}

// What the means of both sides leave over is shared out by what may vary.
void unmixed(const SidesJob& job, ptrdiff_t first, int count, const Edge& at) {
  for (int c = 0; c < 3; ++c) {
    const float* inside = job.fields + c * job.count + first;
    float* to = job.inside + c * job.count + first;
    for (int k = 0; k < count; ++k) {
      const float a = at.alpha[k], rest = 1.0f - a;
      const float left = at.off[c][k] - a * at.gap[c][k];
      const float own =
          a * at.v_in[c][k] / (a * (a * at.v_in[c][k]) + rest * rest * at.v_out[c][k]);
      to[k] = inside[k] + own * left;
    }
  }
}

}  // namespace

namespace KERNELS_ISA {

bool between_sides(const SidesJob& job) {
  Edge at;
  for (ptrdiff_t first = 0; first < job.count; first += kSome) {
    const int count = static_cast<int>(job.count - first < kSome ? job.count - first : kSome);
    seen(job, first, count, at);
    judged(job.prior + first, count, at);
    for (int step = 0; step < kSteps; ++step)
      priced(static_cast<float>(step / static_cast<double>(kSteps - 1)), count, at, at.cost[step]);
    expected(count, at);
    for (int k = 0; k < count; ++k) job.alpha[first + k] = at.alpha[k];
    unmixed(job, first, count, at);
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
