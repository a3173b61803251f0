// How unlikely each label is at places of a body: every rule is a ramp on a coordinate of it.
//
// Nothing is forbidden: what lies far from where such a part can be loses up to some 7 nats. What
// lies on a body and where is people/parts/body.py's; the rules are told in people/parts/prior.py.
#include <cstdint>

#include "kernels.h"
#include "loops.h"
#include "numbers.h"

namespace kernels {
namespace {

constexpr ptrdiff_t kBlock = 256;

// Labels in the order of the rows that a caller names.
enum Label : int {
  kHat,
  kHair,
  kFace,
  kGlasses,
  kNeck,
  kTorsoSkin,
  kUpper,
  kCoat,
  kDress,
  kTrousers,
  kSkirt,
  kArms,  // left and right, as all of these
  kOfHands = kArms + 2,
  kLegs = kOfHands + 2,
  kShoes = kLegs + 2,
  kScarf = kShoes + 2,
  kBag,
  kOther,
  kTights
};

constexpr float kOutOfSight = 3.0f;  // what limbs lose where the frame shows no shoulder
constexpr double kBehind = 3.8;  // what a face loses of somebody who is seen from behind: an ear
                                 // and a cheek may show, or a bald head
constexpr float kSeldom = 3.0f;  // what things without a name lose everywhere: networks call so
                                 // what they cannot tell, folds and shade

inline float size_of(float x) { return x < 0.0f ? -x : x; }

// 0 up to *low*, 1 from *high* on.
inline float ramp(float x, double low, double high) {
  return within((x - static_cast<float>(low)) / static_cast<float>(high - low), 0.0f, 1.0f);
}

// Rows of a block: coordinates that are read, labels that are written.
struct Block {
  const DoubtJob& job;
  ptrdiff_t from, size;
  float* made;  // labels of kBlock
  const float* at(int place) const { return job.at + place * job.count + from; }
  float* of(int label) const { return made + label * kBlock; }
};

void garments(const Block& block) {
  const float *face_x = block.at(kFaceX), *face_y = block.at(kFaceY), *oval = block.at(kOval),
              *height = block.at(kHeight), *hand = block.at(kHand), *leg = block.at(kLeg),
              *arm = block.at(kArm);
  float* __restrict upper = block.of(kUpper);
  float* __restrict coat = block.of(kCoat);
  float* __restrict dress = block.of(kDress);
  float* __restrict trousers = block.of(kTrousers);
  float* __restrict skirt = block.of(kSkirt);
  for (ptrdiff_t j = 0; j < block.size; ++j) {
    const float near = size_of(face_x[j]) < 1.4f ? 5.0f * ramp(-face_y[j], -0.75, -0.5) : 0.0f;
    const float on_face = -(6.0f * ramp(oval[j], -0.02, 0.1) + near);
    const float down = height[j], up = -down;
    const float legs = arm[j] < 1.0f ? 3.0f * ramp(leg[j], 1.6, 2.6) : 0.0f;
    const float aside = 3.0f * ramp(-hand[j], -1.0, -0.5) + legs;
    upper[j] = on_face - 5.0f * ramp(down, 1.25, 1.6);
    coat[j] = on_face - 5.0f * ramp(down, 2.2, 2.7);
    dress[j] = on_face - 5.0f * ramp(down, 2.6, 3);
    trousers[j] = on_face - (6.0f * ramp(up, -0.85, -0.6) + 4.0f * ramp(down, 2.95, 3.1)) - aside;
    skirt[j] = on_face - (6.0f * ramp(up, -0.8, -0.55) + 4.0f * ramp(down, 2.7, 3)) - aside;
  }
}

void arm(const Block& block, int side) {
  const float *off = block.at(kOff + side), *other = block.at(kOff + 1 - side),
              *hand = block.at(kHands + side), *other_hand = block.at(kHands + 1 - side);
  const float sided = 3.0f * block.job.sure_arms;
  float* __restrict arms = block.of(kArms + side);
  float* __restrict hands = block.of(kOfHands + side);
  for (ptrdiff_t j = 0; j < block.size; ++j) {
    arms[j] = -(6.0f * ramp(off[j], 1, 1.8) + sided * ramp(off[j] - other[j], 0, 0.4) +
                2.0f * ramp(-hand[j], -0.5, -0.1));
    hands[j] = -(6.0f * ramp(hand[j], 0.9, 1.8) + sided * ramp(hand[j] - other_hand[j], 0, 0.3));
  }
}

void leg(const Block& block, int side) {
  const float *off = block.at(kOff + 2 + side), *other = block.at(kOff + 3 - side),
              *foot = block.at(kFeet + side), *other_foot = block.at(kFeet + 1 - side),
              *height = block.at(kHeight);
  const float sided = 3.0f * block.job.sure_legs;
  float* __restrict legs = block.of(kLegs + side);
  float* __restrict tights = block.of(kTights + side);
  float* __restrict shoes = block.of(kShoes + side);
  for (ptrdiff_t j = 0; j < block.size; ++j) {
    const float up = -height[j], shoe = ramp(-foot[j], -0.8, -0.3);
    const float beside = 6.0f * ramp(off[j], 1, 1.9) + sided * ramp(off[j] - other[j], 0, 0.4);
    legs[j] = -(beside + 4.0f * ramp(up, -1.3, -1.05) + shoe);
    tights[j] = -(beside + 5.0f * ramp(up, -1.6, -1.2) + shoe + 0.7f);
    const float boots = height[j] > 2.1f ? 0.45f : 1.0f;
    shoes[j] = -(7.0f * ramp(foot[j], 1, 2) * boots +
                 sided * ramp(foot[j] - other_foot[j], 0, 0.3) + 5.0f * ramp(up, -2.3, -2));
  }
}

void head(const Block& block) {
  const float *face_x = block.at(kFaceX), *face_y = block.at(kFaceY), *oval = block.at(kOval);
  float* __restrict face = block.of(kFace);
  float* __restrict glasses = block.of(kGlasses);
  const float facing = block.job.facing ? 1.0f : 0.0f;
  for (ptrdiff_t j = 0; j < block.size; ++j) {
    const float outside = -oval[j];
    const float seen = 6.0f * ramp(outside, 0.02, 0.14) - 2.0f * ramp(oval[j], 0.02, 0.1);
    const float behind =
        static_cast<float>(kBehind) + static_cast<float>(6 - kBehind) * ramp(outside, 0.1, 0.4);
    const float chin = -(4.0f * ramp(face_y[j], 0.5, 0.58));  // sharper than cheeks and ears
    face[j] = chin - (facing * seen + (1.0f - facing) * behind);
    const float band = 6.0f * ramp(size_of(face_y[j] + 0.1f), 0.14, 0.22);
    glasses[j] = -(facing * (band + 6.0f * ramp(outside, 0.03, 0.12)) + (1.0f - facing) * 6.0f);
  }
  float* __restrict hair = block.of(kHair);
  float* __restrict hat = block.of(kHat);
  for (ptrdiff_t j = 0; j < block.size; ++j) {
    const float wide = size_of(face_x[j]), high = face_y[j] + 0.12f;
    const double a = static_cast<double>(face_x[j]), b = static_cast<double>(high);
    const float around = static_cast<float>(__builtin_sqrt(a * a + b * b));
    const bool beside = (face_y[j] > 0.0f) & (wide < 1.15f);
    const float hanging = 6.0f * ramp(face_y[j], 1.8, 3.4) + 1.5f * ramp(wide, 0.7, 1.15);
    const float fringe = ramp(oval[j], 0.03, 0.09) * (face_y[j] < -0.22f ? 2.0f : 5.0f);
    const float lying = beside ? hanging : 9.0f;
    hair[j] = -least(6.0f * ramp(around, 0.85, 1.1), lying) - facing * fringe;
    hat[j] = -(6.0f * ramp(face_y[j], -0.25, 0) + 6.0f * ramp(around, 1.1, 1.5) +
               6.0f * ramp(oval[j], 0, 0.12));
  }
}

void neck(const Block& block) {
  const float *face_x = block.at(kFaceX), *face_y = block.at(kFaceY), *oval = block.at(kOval),
              *trunk = block.at(kTrunk);
  float* __restrict necks = block.of(kNeck);
  float* __restrict chest = block.of(kTorsoSkin);
  float* __restrict scarf = block.of(kScarf);
  float* __restrict bag = block.of(kBag);
  float* __restrict other = block.of(kOther);
  for (ptrdiff_t j = 0; j < block.size; ++j) {
    const float wide = size_of(face_x[j]), up = -face_y[j];
    necks[j] = -(5.0f * ramp(wide, 0.4, 0.65) + 5.0f * ramp(up, -0.4, -0.3) +
                 4.0f * ramp(trunk[j], 0.15, 0.4) + 4.0f * ramp(oval[j], 0, 0.06));
    chest[j] = -(5.0f * ramp(up, -0.75, -0.55) + 5.0f * ramp(trunk[j], 0.5, 0.9) +
                 3.0f * ramp(wide, 1.3, 2));
    scarf[j] = -(4.0f * ramp(up, -0.5, -0.3) + 3.0f * ramp(trunk[j], 0.5, 1) + 1.0f);
    bag[j] = -(5.0f * ramp(oval[j], -0.1, 0) + 1.0f);
    other[j] = -(4.0f * ramp(oval[j], -0.1, 0) + kSeldom);
  }
}

void out_of_sight(const Block& block) {
  constexpr int kLimbs[] = {kArms, kOfHands, kLegs, kShoes, kTights};
  for (const int first : kLimbs)
    for (int side = 0; side < 2; ++side) {
      float* __restrict made = block.of(first + side);
      for (ptrdiff_t j = 0; j < block.size; ++j) made[j] -= kOutOfSight;
    }
}

}  // namespace

namespace KERNELS_ISA {

bool doubt(const DoubtJob& job) {
  float made[kLabels * kBlock];
  for (ptrdiff_t from = 0; from < job.count; from += kBlock) {
    const Block block{job, from, from + kBlock < job.count ? kBlock : job.count - from, made};
    garments(block);
    for (int side = 0; side < 2; ++side) {
      arm(block, side);
      leg(block, side);
    }
    head(block);
    neck(block);
    if (job.head_only) out_of_sight(block);
    for (ptrdiff_t k = 0; k < kLabels; ++k) {
      const ptrdiff_t at = job.rows[k] * job.count + from;
      const float* __restrict mine = made + k * kBlock;
      float* __restrict out = job.out + at;
      if (!job.shares) {
        for (ptrdiff_t j = 0; j < block.size; ++j) out[j] = mine[j];
        continue;
      }
      const float* __restrict share = job.shares + at;
      for (ptrdiff_t j = 0; j < block.size; ++j)
        out[j] = log_of(share[j] + job.floor) + job.weight * mine[j];
    }
  }
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
