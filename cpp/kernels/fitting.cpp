// Mixtures of Gaussians fitted to colours: rounds of expectation and maximisation.
#include <cstdint>

#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 64;
constexpr int kTerms = 10;  // 1, three colours, their squares, their products

struct Terms {
  double of[kTerms];
};

// What the terms of a colour are multiplied with for its log density in one Gaussian, but for a
// constant.
Terms exponent_of(const double* m, const double* c, double share) {
  const double a = c[4] * c[8] - c[5] * c[5], b = c[2] * c[5] - c[1] * c[8],
               d = c[1] * c[5] - c[2] * c[4], e = c[0] * c[8] - c[2] * c[2],
               f = c[1] * c[2] - c[0] * c[5], g = c[0] * c[4] - c[1] * c[1];
  const double volume = c[0] * a + c[1] * b + c[2] * d;
  const double x = (a * m[0] + b * m[1] + d * m[2]) / volume,
               y = (b * m[0] + e * m[1] + f * m[2]) / volume,
               z = (d * m[0] + f * m[1] + g * m[2]) / volume;
  const double logs = static_cast<double>(log_of(static_cast<float>(share))) -
                      0.5 * static_cast<double>(log_of(static_cast<float>(volume)));
  return {{logs - 0.5 * (m[0] * x + m[1] * y + m[2] * z), x, y, z, -0.5 * a / volume,
           -0.5 * e / volume, -0.5 * g / volume, -b / volume, -d / volume, -f / volume}};
}

// The Gaussian of sums of terms, and how much it has of all.
void gaussian_of(const Terms& sums, double floor, double* mean, double* cover, double* share) {
  const double* s = sums.of;
  const double total = s[0] + 1e-4;
  for (int k = 0; k < 3; ++k) mean[k] = s[k + 1] / total;
  constexpr int kAt[3][3] = {{4, 7, 8}, {7, 5, 9}, {8, 9, 6}};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      const double within =
          s[kAt[i][j]] - (mean[i] * s[j + 1] + mean[j] * s[i + 1]) + s[0] * mean[i] * mean[j];
      cover[3 * i + j] = within / total + (i == j ? floor : 0.0);
    }
  *share = total;
}

// Sums over some colours, each shared out among the Gaussians.
void add_block(const double* colours, const double* weights, ptrdiff_t size, const Terms* exponents,
               ptrdiff_t parts, Terms* sums) {
  double x[kBlock], y[kBlock], z[kBlock], dense[kMostParts][kBlock], highest[kBlock], total[kBlock];
  for (ptrdiff_t j = 0; j < size; ++j) {
    x[j] = colours[3 * j];
    y[j] = colours[3 * j + 1];
    z[j] = colours[3 * j + 2];
    highest[j] = -1e300;
    total[j] = 0.0;
  }
  for (ptrdiff_t k = 0; k < parts; ++k) {
    const double* e = exponents[k].of;
    for (ptrdiff_t j = 0; j < size; ++j) {
      dense[k][j] = e[0] + x[j] * (e[1] + e[4] * x[j] + e[7] * y[j] + e[8] * z[j]) +
                    y[j] * (e[2] + e[5] * y[j] + e[9] * z[j]) + z[j] * (e[3] + e[6] * z[j]);
      highest[j] = dense[k][j] > highest[j] ? dense[k][j] : highest[j];
    }
  }
  for (ptrdiff_t k = 0; k < parts; ++k)
    for (ptrdiff_t j = 0; j < size; ++j) {
      dense[k][j] = static_cast<double>(exp_of(static_cast<float>(dense[k][j] - highest[j])));
      total[j] += dense[k][j];
    }
  for (ptrdiff_t k = 0; k < parts; ++k) {
    double* s = sums[k].of;
    for (ptrdiff_t j = 0; j < size; ++j) {
      const double share = dense[k][j] * (weights[j] / total[j]);
      const double sx = share * x[j], sy = share * y[j], sz = share * z[j];
      s[0] += share;
      s[1] += sx;
      s[2] += sy;
      s[3] += sz;
      s[4] += sx * x[j];
      s[5] += sy * y[j];
      s[6] += sz * z[j];
      s[7] += sx * y[j];
      s[8] += sx * z[j];
      s[9] += sy * z[j];
    }
  }
}

}  // namespace

namespace KERNELS_ISA {

bool fit(const FitJob& job) {
  for (ptrdiff_t sample = 0; sample < job.samples; ++sample) {
    const double* colours = job.colours + 3 * sample * job.count;
    const double* weights = job.weights + sample * job.count;
    double* means = job.means + 3 * sample * job.parts;
    double* covers = job.covers + 9 * sample * job.parts;
    double* shares = job.shares + sample * job.parts;
    for (int round = 0; round < job.rounds; ++round) {
      Terms exponents[kMostParts], sums[kMostParts] = {};
      for (ptrdiff_t k = 0; k < job.parts; ++k)
        exponents[k] = exponent_of(means + 3 * k, covers + 9 * k, shares[k]);
      for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
        const ptrdiff_t size = from + kBlock < job.count ? kBlock : job.count - from;
        add_block(colours + 3 * from, weights + from, size, exponents, job.parts, sums);
      }
      double total = 0;
      for (ptrdiff_t k = 0; k < job.parts; ++k) {
        gaussian_of(sums[k], job.floor, means + 3 * k, covers + 9 * k, shares + k);
        total += shares[k];
      }
      for (ptrdiff_t k = 0; k < job.parts; ++k) shares[k] /= total;
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
