// Alpha and foreground before a screen that is known: keyer/solve.py says what is computed.
#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr int kSome = 64;
constexpr int kSteps = 21;

// Exponent of the likelihood: above ½, because light that a codec or a lens has moved is no grain.
constexpr float kTrust = 1.4f;
// How much likelier a pixel is wholly subject or wholly screen than any one mixture.
constexpr float kWhole = 30.0f;
// Coverage that is none.
constexpr float kFaint = 0.005f;
// Cost from which on another foreground is tried, and by how much it must be cheaper.
constexpr float kStrange = 25.0f, kPenalty = 12.0f;
constexpr int kRow[6] = {0, 0, 0, 1, 1, 2}, kColumn[6] = {0, 1, 2, 1, 2, 2};
constexpr double kNorm = 0.67096944788865;  // of 0.30, 0.59, 0.11
constexpr double kLuma[3] = {0.30 / kNorm, 0.59 / kNorm, 0.11 / kNorm};

inline double lower(double a, double b) { return a < b ? a : b; }
inline double higher(double a, double b) { return a > b ? a : b; }
inline double magnitude(double a) { return a < 0 ? -a : a; }

struct Matrix {  // symmetric, by its six entries
  double a, b, c, d, e, f;
};
struct Vector {
  double x, y, z;
};

inline double dot(const Vector& v, const Vector& w) { return v.x * w.x + v.y * w.y + v.z * w.z; }
inline double trace(const Matrix& m) { return m.a + m.d + m.f; }
inline Matrix adjugate(const Matrix& m) {
  return {m.d * m.f - m.e * m.e, m.c * m.e - m.b * m.f, m.b * m.e - m.c * m.d,
          m.a * m.f - m.c * m.c, m.b * m.c - m.a * m.e, m.a * m.d - m.b * m.b};
}
inline double first_rows(const Matrix& m, const Matrix& n) {
  return m.a * n.a + m.b * n.b + m.c * n.c;
}
inline Vector times(const Matrix& m, const Vector& v) {
  return {m.a * v.x + m.b * v.y + m.c * v.z, m.b * v.x + m.d * v.y + m.e * v.z,
          m.c * v.x + m.e * v.y + m.f * v.z};
}

// Colours in which grain of luma and of chroma are alike: chroma is shrunk.
inline Vector lens(const Vector& v, double ratio) {
  const Vector luma = {kLuma[0], kLuma[1], kLuma[2]};
  const double along = dot(v, luma) * (1 - ratio);
  return {v.x * ratio + along * luma.x, v.y * ratio + along * luma.y, v.z * ratio + along * luma.z};
}

inline Matrix lens(const Matrix& m, double ratio) {
  const Vector luma = {kLuma[0], kLuma[1], kLuma[2]}, t = times(m, luma);
  const double along[3] = {t.x, t.y, t.z}, k = 1 - ratio, whole = dot(t, luma) * (k * k);
  const double six[6] = {m.a, m.b, m.c, m.d, m.e, m.f};
  double to[6];
  for (int n = 0; n < 6; ++n) {
    const int i = kRow[n], j = kColumn[n];
    const double mixed = along[i] * kLuma[j] + along[j] * kLuma[i];
    to[n] = six[n] * (ratio * ratio) + mixed * (ratio * k) + whole * (kLuma[i] * kLuma[j]);
  }
  return {to[0], to[1], to[2], to[3], to[4], to[5]};
}

// Some pixels: what is seen and known of each, seen through the lens, and the likelihood of each α.
struct Pixels {
  Vector e[kSome], f[kSome], mean[kSome];
  Matrix sigma[kSome];
  double ratio[kSome], square[kSome];  // of the grain
  float under[4][kSome], over[7][kSome], cost[kSteps][kSome], lowest[kSome], alpha[kSome];
};

// −2 log likelihood of α in closed form: the coefficients of a ratio of polynomials in α.
void likelihood(int count, Pixels& at) {
  for (int k = 0; k < count; ++k) {
    const double s = at.square[k];
    const Matrix sigma = at.sigma[k], other = adjugate(sigma);
    const double sum = trace(sigma), det = higher(first_rows(sigma, other), 0.0);
    const double under[4] = {s * s * s, s * s * sum, s * trace(other), det};
    for (int n = 0; n < 4; ++n) at.under[n][k] = static_cast<float>(under[n]);
    const Vector &e = at.e[k], &f = at.f[k];
    const Vector te = times(sigma, e), tf = times(sigma, f), xe = times(other, e),
                 xf = times(other, f);
    const double plain[3] = {dot(e, e), -2 * dot(e, f), dot(f, f)};
    const double through[3] = {dot(e, te), -2 * dot(e, tf), dot(f, tf)};
    const double across[3] = {dot(e, xe), -2 * dot(e, xf), dot(f, xf)};
    double over[7] = {};
    for (int n = 0; n < 3; ++n) {
      over[n] += s * s * plain[n];
      over[n + 2] += s * (sum * plain[n] - through[n]);
      over[n + 4] += across[n];
    }
    for (int n = 0; n < 7; ++n) at.over[n][k] = static_cast<float>(over[n]);
  }
}

// The determinant of the residual's covariance: in exact arithmetic never below the grain's own.
inline float below(const Pixels& at, int k, float a) {
  const float square = a * a;
  float made = at.under[3][k] * square;
  made = (made + at.under[2][k]) * square;
  made = (made + at.under[1][k]) * square;
  return most(made + at.under[0][k], at.under[0][k]);
}

void priced(float a, int count, const Pixels& at, float* __restrict cost) {
  for (int k = 0; k < count; ++k) {
    float above = at.over[6][k] * a;
    for (int n = 5; n > 0; --n) above = (above + at.over[n][k]) * a;
    const float under = below(at, k, a);
    cost[k] = (above + at.over[0][k]) / under + log_of(under);
  }
}

inline float step_of(int step) {
  return static_cast<float>(step / static_cast<double>(kSteps - 1));
}

// The α to expect: its mean over the likelihood.  Where two answers are nearly as likely grain does
// not throw the dice.  Most pixels of a band are whole after all, which the weight of the ends
// says.
void best(int count, Pixels& at) {
  for (int step = 0; step < kSteps; ++step) priced(step_of(step), count, at, at.cost[step]);
  float mean[kSome], total[kSome];
  for (int k = 0; k < count; ++k) {
    at.lowest[k] = at.cost[0][k];
    mean[k] = total[k] = 0.0f;
  }
  for (int step = 1; step < kSteps; ++step)
    for (int k = 0; k < count; ++k) at.lowest[k] = least(at.lowest[k], at.cost[step][k]);
  for (int step = 0; step < kSteps; ++step) {
    const float a = step_of(step), weight = step == 0 || step == kSteps - 1 ? kWhole : 1.0f;
    const float* __restrict cost = at.cost[step];
    for (int k = 0; k < count; ++k) {
      const float likely = exp_of((cost[k] - at.lowest[k]) * -kTrust) * weight;
      total[k] += likely;
      mean[k] += a * likely;
    }
  }
  for (int k = 0; k < count; ++k)
    at.alpha[k] = within(
        (mean[k] / total[k] - kFaint) / static_cast<float>(1 - 2 * static_cast<double>(0.005)),
        0.0f, 1.0f);
}

// The most probable foreground for an α.
Vector foreground(const Pixels& at, int k) {
  const double a = static_cast<double>(at.alpha[k]), s = at.square[k];
  const Matrix& sigma = at.sigma[k];
  const double n = a * a;
  const Matrix mixed = {sigma.a * n + s, sigma.b * n, sigma.c * n,
                        sigma.d * n + s, sigma.e * n, sigma.f * n + s};
  const Matrix other = adjugate(mixed);
  const double det = higher(first_rows(mixed, other), higher(s * s * s, 1e-30));
  const Vector &e = at.e[k], &f = at.f[k];
  const Vector t = times(other, {e.x - a * f.x, e.y - a * f.y, e.z - a * f.z});
  const Vector rest = times(sigma, {t.x / det, t.y / det, t.z / det});
  // a lamp has too much spread for its digits: what is solved stays within a few times what is seen
  const auto largest = [](const Vector& v) {
    return higher(magnitude(v.x), higher(magnitude(v.y), magnitude(v.z)));
  };
  const double bound = 4 * (largest(e) + largest(f)) + 1;
  const auto bent = [&](double x) { return lower(higher(a * x, -bound), bound); };
  const Vector& mean = at.mean[k];
  return {mean.x + bent(rest.x), mean.y + bent(rest.y), mean.z + bent(rest.z)};
}

void seen(const MixturesJob& job, ptrdiff_t first, int count, Pixels& to) {
  for (int k = 0; k < count; ++k) {
    const ptrdiff_t n = first + k;
    const float *colour = job.colour + 3 * n, *surface = job.surface + 3 * n,
                *field = job.fields + 12 * n;
    const double grain = job.grain[n], tint = job.tint[n];
    const double ratio = to.ratio[k] = grain / __builtin_sqrt(grain * grain + tint * tint);
    const Vector screen = lens(Vector{static_cast<double>(surface[0]) + field[9],
                                      static_cast<double>(surface[1]) + field[10],
                                      static_cast<double>(surface[2]) + field[11]},
                               ratio);
    const Vector shown = lens(Vector{colour[0], colour[1], colour[2]}, ratio);
    const Vector mean = to.mean[k] = lens(Vector{field[0], field[1], field[2]}, ratio);
    to.sigma[k] = lens(Matrix{field[3], field[4], field[5], field[6], field[7], field[8]}, ratio);
    to.e[k] = {shown.x - screen.x, shown.y - screen.y, shown.z - screen.z};
    to.f[k] = {mean.x - screen.x, mean.y - screen.y, mean.z - screen.z};
    to.square[k] = grain * grain;
  }
}

// The same pixels with any nearly grey foreground of the subject's tone.
void greyed(const MixturesJob& job, const Pixels& from, const int* which, int count, Pixels& to) {
  const double level = job.level, wide = 0.5 * level + 0.3, near = 0.08 * (1 + level);
  const double along = static_cast<double>(job.spread) * job.spread + wide * wide,
               both = along + near * near;
  for (int n = 0; n < count; ++n) {
    const int k = which[n];
    const double ratio = to.ratio[n] = from.ratio[k];
    const Vector mean = to.mean[n] = lens(Vector{level, level, level}, ratio), &old = from.mean[k];
    to.sigma[n] = lens(Matrix{both, along, along, both, along, both}, ratio);
    to.e[n] = from.e[k];
    const Vector& f = from.f[k];
    to.f[n] = {f.x + (mean.x - old.x), f.y + (mean.y - old.y), f.z + (mean.z - old.z)};
    to.square[n] = from.square[k];
  }
}

void kept(const MixturesJob& job, ptrdiff_t at, const Pixels& of, int k) {
  const Vector light = lens(foreground(of, k), 1 / of.ratio[k]);
  job.alpha[at] = of.alpha[k];
  job.foreground[3 * at] = static_cast<float>(light.x);
  job.foreground[3 * at + 1] = static_cast<float>(light.y);
  job.foreground[3 * at + 2] = static_cast<float>(light.z);
}

}  // namespace

namespace KERNELS_ISA {

bool mixtures(const MixturesJob& job) {
  const Rows<Pixels> room(2, 1);
  if (!room.good()) return false;
  Pixels &near = *room[0], &free = *room[1];
  int odd[kSome];
  for (ptrdiff_t first = 0; first < job.count; first += kSome) {
    const int count = static_cast<int>(job.count - first < kSome ? job.count - first : kSome);
    seen(job, first, count, near);
    likelihood(count, near);
    best(count, near);
    int strange = 0;
    for (int k = 0; k < count; ++k) {
      kept(job, first + k, near, k);
      if (near.lowest[k] - log_of(below(near, k, near.alpha[k])) > kStrange) odd[strange++] = k;
    }
    if (!strange) continue;
    greyed(job, near, odd, strange, free);
    likelihood(strange, free);
    best(strange, free);
    for (int n = 0; n < strange; ++n)
      if (free.lowest[n] + kPenalty < near.lowest[odd[n]]) kept(job, first + odd[n], free, n);
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
