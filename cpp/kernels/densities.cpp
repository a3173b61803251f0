// Mixtures of Gaussians over colours: what is sampled for them, where they begin, and how dense
// they are. The rounds between are in fitting.cpp.
#include <cstdint>

#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 256;
constexpr float kLittle = 1e-3f;  // of the greatest weight: less does not count

// The colours of a sample that count, and every how many-th of them is taken.
struct Taken {
  ptrdiff_t count, every;
  float limit;
};

Taken taken_of(const float* weights, ptrdiff_t count, ptrdiff_t at_most) {
  float greatest = weights[0];
  for (ptrdiff_t j = 1; j < count; ++j) greatest = most(greatest, weights[j]);
  const float limit = kLittle * greatest;
  ptrdiff_t there = 0;
  for (ptrdiff_t j = 0; j < count; ++j) there += weights[j] > limit;
  const ptrdiff_t every = there / at_most > 1 ? there / at_most : 1;
  return {(there + every - 1) / every, every, limit};
}

// Places of numbers in their order, equal ones as they came; *other* is room for as many.
void sort(const double* numbers, ptrdiff_t count, int32_t* places, int32_t* other) {
  for (ptrdiff_t j = 0; j < count; ++j) places[j] = static_cast<int32_t>(j);
  for (ptrdiff_t run = 1; run < count; run *= 2) {
    for (ptrdiff_t from = 0; from < count; from += 2 * run) {
      const ptrdiff_t middle = from + run < count ? from + run : count;
      const ptrdiff_t end = from + 2 * run < count ? from + 2 * run : count;
      ptrdiff_t a = from, b = middle;
      for (ptrdiff_t k = from; k < end; ++k)
        other[k] = a < middle && (b == end || numbers[places[a]] <= numbers[places[b]])
                       ? places[a++]
                       : places[b++];
    }
    for (ptrdiff_t k = 0; k < count; ++k) places[k] = other[k];
  }
}

// The lower triangle of the inverse of a matrix's Cholesky factor, and the log of its volume.
double whitened(const double* c, float* out) {
  const double a = __builtin_sqrt(c[0]), b = c[3] / a, d = __builtin_sqrt(c[4] - b * b);
  const double e = c[6] / a, f = (c[7] - e * b) / d, g = __builtin_sqrt(c[8] - e * e - f * f);
  const double made[9] = {
      1 / a, 0, 0, -b / (a * d), 1 / d, 0, (b * f - e * d) / (a * d * g), -f / (d * g), 1 / g};
  for (int k = 0; k < 9; ++k) out[k] = static_cast<float>(made[k]);
  return static_cast<double>(log_of(static_cast<float>(a * d * g)));
}

}  // namespace

namespace KERNELS_ISA {

bool sample(const SampleJob& job) {
  if (!job.out_colours) {  // how many are taken
    for (ptrdiff_t s = 0; s < job.samples; ++s)
      job.counts[s] = static_cast<int32_t>(taken_of(job.weights[s], job.sizes[s], job.most).count);
    return true;
  }
  for (ptrdiff_t s = 0; s < job.samples; ++s) {
    const float *weights = job.weights[s], *colours = job.colours[s];
    const Taken taken = taken_of(weights, job.sizes[s], job.most);
    double* made = job.out_colours + 3 * s * job.longest;
    double* counts = job.out_weights + s * job.longest;
    ptrdiff_t number = 0, at = 0;
    double total = 0, sums[3] = {};
    for (ptrdiff_t j = 0; j < job.sizes[s]; ++j) {
      if (!(weights[j] > taken.limit) || number++ % taken.every) continue;
      for (int c = 0; c < 3; ++c) {
        made[3 * at + c] = static_cast<double>(colours[3 * j + c]);
        sums[c] += made[3 * at + c] * static_cast<double>(weights[j]);
      }
      counts[at] = static_cast<double>(weights[j]);
      total += counts[at++];
    }
    for (ptrdiff_t j = at; j < job.longest; ++j) {  // these do not count
      counts[j] = 0;
      for (int c = 0; c < 3; ++c) made[3 * j + c] = made[c];
    }
    double *middle = job.middle + 3 * s, *spread = job.spread + 9 * s;
    for (int c = 0; c < 3; ++c) middle[c] = sums[c] / total;
    for (int k = 0; k < 9; ++k) spread[k] = k % 4 ? 0.0 : job.floor;
    for (ptrdiff_t j = 0; j < job.longest; ++j) {
      counts[j] /= total;
      double* one = made + 3 * j;
      for (int c = 0; c < 3; ++c) one[c] -= middle[c];
      for (int k = 0; k < 9; ++k) spread[k] += one[k / 3] * counts[j] * one[k % 3];
    }
  }
  return true;
}

bool begin(const BeginJob& job) {
  Rows<double> along(1, job.count);
  Rows<int32_t> order(2, job.count);
  if (!(along.good() && order.good())) return false;
  for (ptrdiff_t s = 0; s < job.samples; ++s) {
    const double* colours = job.colours + 3 * s * job.count;
    const double* weights = job.weights + s * job.count;
    const double* way = job.ways + 3 * s;
    for (ptrdiff_t j = 0; j < job.count; ++j)
      along[0][j] =
          colours[3 * j] * way[0] + colours[3 * j + 1] * way[1] + colours[3 * j + 2] * way[2];
    sort(along[0], job.count, order[0], order[1]);
    double reached = 0;
    ptrdiff_t at = 0;
    for (ptrdiff_t k = 0; k < job.parts; ++k) {
      const double wanted = (static_cast<double>(k) + 0.5) / static_cast<double>(job.parts);
      while (at < job.count && reached + weights[order[0][at]] < wanted)
        reached += weights[order[0][at++]];
      const ptrdiff_t one = order[0][at < job.count ? at : job.count - 1];
      for (int c = 0; c < 3; ++c) job.means[3 * (s * job.parts + k) + c] = colours[3 * one + c];
    }
  }
  return true;
}

bool whiten(const WhitenJob& job) {
  for (ptrdiff_t k = 0; k < job.count; ++k) {
    const double volume = whitened(job.covers + 9 * k, job.whiten + 9 * k);
    const double share = static_cast<double>(log_of(static_cast<float>(job.shares[k])));
    job.weights[k] = static_cast<float>(share - volume);
  }
  return true;
}

bool dense(const DenseJob& job) {
  float x[kBlock], y[kBlock], z[kBlock], terms[kMostParts][kBlock], highest[kBlock], sums[kBlock];
  for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
    const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
    for (ptrdiff_t j = 0; j < size; ++j) {
      const float* colour = job.colours + 3 * (from + j);
      x[j] = colour[0];
      y[j] = colour[1];
      z[j] = colour[2];
    }
    for (ptrdiff_t m = 0; m < job.mixtures; ++m) {
      for (ptrdiff_t j = 0; j < size; ++j) highest[j] = -1e30f;
      for (ptrdiff_t j = 0; j < size; ++j) sums[j] = 0.0f;
      for (ptrdiff_t k = 0; k < job.parts; ++k) {
        const ptrdiff_t at = m * job.parts + k;
        const float *w = job.whiten + 9 * at, *mean = job.means + 3 * at;
        const float weight = job.weights[at];
        const float a = w[0] * mean[0], b = w[3] * mean[0] + w[4] * mean[1],
                    c = w[6] * mean[0] + w[7] * mean[1] + w[8] * mean[2];
        for (ptrdiff_t j = 0; j < size; ++j) {
          const float one = w[0] * x[j] - a, two = w[3] * x[j] + w[4] * y[j] - b,
                      three = w[6] * x[j] + w[7] * y[j] + w[8] * z[j] - c;
          terms[k][j] = (one * one + two * two + three * three) * -0.5f + weight;
          highest[j] = most(highest[j], terms[k][j]);
        }
      }
      for (ptrdiff_t k = 0; k < job.parts; ++k)
        for (ptrdiff_t j = 0; j < size; ++j) sums[j] += exp_of(terms[k][j] - highest[j]);
      float* __restrict out = job.out + m * job.count + from;
      for (ptrdiff_t j = 0; j < size; ++j) out[j] = highest[j] + log_of(sums[j]);
    }
  }
  return true;
}

bool resemble(const ResembleJob& job) {
  const float *middle = job.middle, *spread = job.spread;
  float* __restrict out = job.out;
  for (ptrdiff_t j = 0; j < job.count; ++j) {
    const float a = (job.colours[3 * j] - middle[0]) / spread[0],
                b = (job.colours[3 * j + 1] - middle[1]) / spread[1],
                c = (job.colours[3 * j + 2] - middle[2]) / spread[2];
    out[j] = exp_of(-0.5f * most(a * a + b * b + c * c - 1.0f, 0.0f));
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
