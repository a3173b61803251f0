// Where the pixels of a person lie on a body: along and off its bones, on its trunk and its face.
#include <cmath>
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 256;

// As C's hypot of floats has it.
inline float length_of(float x, float y) {
  const double a = static_cast<double>(x), b = static_cast<double>(y);
  return static_cast<float>(__builtin_sqrt(a * a + b * b));
}

// Along a segment, 0 to 1 on it, and pixels from it.
void beside(const float* __restrict x, const float* __restrict y, ptrdiff_t size, const Segment& of,
            float* __restrict along, float* __restrict away) {
  const float square = most(of.dx * of.dx + of.dy * of.dy, 1e-6f);
  for (ptrdiff_t j = 0; j < size; ++j) {
    const float px = x[j] - of.x, py = y[j] - of.y;
    along[j] = (px * of.dx + py * of.dy) / square;
    const float on = within(along[j], 0.0f, 1.0f);
    away[j] = length_of(px - on * of.dx, py - on * of.dy);
  }
}

// The same in radii of a bone that grow by *taper* along it.
void bone(const float* x, const float* y, ptrdiff_t size, const Segment& of, float radius,
          float taper, float torso, float* __restrict along, float* __restrict off) {
  beside(x, y, size, of, along, off);
  for (ptrdiff_t j = 0; j < size; ++j)
    off[j] /= (radius + taper * within(along[j], 0.0f, 1.0f)) * torso;
}

// A limb of two bones: 0 to 1 along the first, on to 2 along the second, and radii from the nearer.
// A pixel is at the first where it is nearer to it by *favour*, which goes on before it to *low*.
void limb(const float* x, const float* y, ptrdiff_t size, const Segment* of, const float* radii,
          float torso, float favour, float low, float* __restrict along, float* __restrict off) {
  float there[kBlock], away[kBlock];
  bone(x, y, size, of[0], radii[0], radii[1], torso, along, off);
  bone(x, y, size, of[1], radii[2], radii[3], torso, there, away);
  for (ptrdiff_t j = 0; j < size; ++j) {
    const bool first = off[j] * favour < away[j];
    along[j] = first ? within(along[j], low, 1.0f) : 1.0f + there[j];
    off[j] = least(off[j], away[j]);
  }
}

void nearer(const float* one, const float* two, ptrdiff_t size, float* out) {
  for (ptrdiff_t j = 0; j < size; ++j) out[j] = least(one[j], two[j]);
}

// The block of pixels at x, y; `row` gives where each of its rows lies.
template <typename Row>
void block(const PlaceJob& job, const float* __restrict x, const float* __restrict y,
           ptrdiff_t size, const Row& row) {
  const float* trunk = job.trunk;
  const float* face = job.face;
  float along[kBlock], away[kBlock];
  float* __restrict down = row(kTrunk);
  float* __restrict across = row(kAcross);
  for (ptrdiff_t j = 0; j < size; ++j) {
    const float dx = x[j] - trunk[0], dy = y[j] - trunk[1];
    down[j] = (dx * trunk[2] + dy * trunk[3]) * trunk[4];
    across[j] = (dx * trunk[3] - dy * trunk[2]) * trunk[4];
  }
  for (int side = 0; side < 2; ++side) {
    const Segment* of = job.segments + 8 * side;
    const float* radii = job.radii;
    limb(x, y, size, of, radii, trunk[5], 1.0f, 0.0f, row(kAlong + side), row(kOff + side));
    limb(x, y, size, of + 2, radii + 4, trunk[5], 0.9f, -0.5f, row(kAlong + 2 + side),
         row(kOff + 2 + side));
    float* __restrict hand = row(kHands + side);
    beside(x, y, size, of[4], along, hand);
    float* __restrict foot = row(kFeet + side);
    beside(x, y, size, of[5], along, foot);
    beside(x, y, size, of[6], along, away);
    nearer(foot, away, size, foot);
    beside(x, y, size, of[7], along, away);
    for (ptrdiff_t j = 0; j < size; ++j) {
      hand[j] /= job.hand;
      foot[j] = least(foot[j], away[j]) / job.foot;
    }
  }
  nearer(row(kOff), row(kOff + 1), size, row(kArm));
  nearer(row(kOff + 2), row(kOff + 3), size, row(kLeg));
  nearer(row(kFeet), row(kFeet + 1), size, row(kFoot));
  nearer(row(kHands), row(kHands + 1), size, row(kHand));
  const float *left = row(kOff + 2), *right = row(kOff + 3), *on_left = row(kAlong + 2),
              *on_right = row(kAlong + 3);
  float* __restrict height = row(kHeight);
  for (ptrdiff_t j = 0; j < size; ++j) {
    const float leg = left[j] < right[j] ? on_left[j] : on_right[j];
    height[j] = down[j] < 1.0f ? down[j] : 1.0f + most(leg, 0.0f);
  }
  float* __restrict face_x = row(kFaceX);
  float* __restrict face_y = row(kFaceY);
  float* __restrict eyes = row(kEyes);
  float* __restrict head = row(kHead);
  for (ptrdiff_t j = 0; j < size; ++j) {
    const float dx = x[j] - face[0], dy = y[j] - face[1];
    face_y[j] = -(dx * face[2] + dy * face[3]) / face[4];
    face_x[j] = (dy * face[2] - dx * face[3]) / face[4];
    eyes[j] = least(length_of(x[j] - face[5], y[j] - face[6]),
                    length_of(x[j] - face[7], y[j] - face[8])) /
              face[4];
    head[j] = length_of(face_x[j], face_y[j] + 0.1f) / 1.1f;
  }
}

}  // namespace

namespace KERNELS_ISA {

bool place(const PlaceJob& job) {
  float x[kBlock], y[kBlock];
  ptrdiff_t size = 0, from = 0;
  const auto row = [&](int at) { return job.out + at * job.count + from; };
  for (ptrdiff_t r = 0; r < job.height; ++r)
    for (ptrdiff_t c = 0; c < job.width; ++c) {
      if (!job.inside[r * job.width + c]) continue;
      x[size] = static_cast<float>(c);
      y[size++] = static_cast<float>(r);
      if (size == kBlock) {
        block(job, x, y, size, row);
        from += size;
        size = 0;
      }
    }
  block(job, x, y, size, row);
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
