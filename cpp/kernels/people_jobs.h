// What loops over the pixels of one person are told.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernels {

// A bone, or another straight piece of a body: from where it leads how far, in pixels.
struct Segment {
  float x, y, dx, dy;
};

// Rows of where pixels lie on a body (people/parts/body.py).
enum BodyRow : int {
  kTrunk,
  kAcross,
  kHeight,
  kFaceX,
  kFaceY,
  kOval,
  kEyes,
  kHead,
  kAlong,             // left arm, right arm, left leg, right leg
  kOff = kAlong + 4,  // the same
  kHands = kOff + 4,  // left, right
  kFeet = kHands + 2,
  kArm = kFeet + 2,  // of the nearer one
  kLeg,
  kFoot,
  kHand,
  kPlaces
};

// Where each pixel of a person lies on the body.
constexpr ptrdiff_t kSegments = 16;
struct PlaceJob {
  const uint8_t* inside;  // height×width, 0 or 1
  ptrdiff_t height, width, count;
  const float* trunk;       // the shoulders' middle, the way down, torsos a pixel, pixels a torso
  const float* face;        // its middle, the way up, how tall it is, both eyes
  const Segment* segments;  // of each side upper arm, forearm, thigh, shin, hand, sole, heel, toes
  const float* radii;  // of these bones at their beginning, and by how much they grow along them
  float hand, foot;    // radii in pixels
  float* out;          // kPlaces×count; the row of ovals stays
};

// How unlikely each label is at places of a body (people/parts/prior.py).
constexpr ptrdiff_t kLabels = 24;
struct DoubtJob {
  const float* at;  // kPlaces×count
  ptrdiff_t count;
  bool facing, head_only;
  float sure_arms, sure_legs;  // 1 where landmarks tell left from right, else 0
  const int32_t* rows;         // of the labels as the loop has them
  const float* shares;         // kLabels×count, whose logarithms, above a floor, are added, or null
  float floor, weight;         // what is said here is multiplied with
  float* out;                  // kLabels×count, log odds
};

// Samples of colours that mixtures are fitted to (people/parts/gaussians.py): those that count,
// every so many-th of them, *most* and some more at most.
struct SampleJob {
  const float* const* colours;  // of each, size×3
  const float* const* weights;  // of each, size, one of them above 0
  const ptrdiff_t* sizes;
  ptrdiff_t samples, most;
  double floor;         // variance in every direction at least
  int32_t* counts;      // of each, how many are taken, where out_colours is null
  ptrdiff_t longest;    // the highest of them
  double* out_colours;  // samples×longest×3, away from their mean; or null
  double* out_weights;  // samples×longest, with a sum of 1; 0 behind the last
  double* middle;       // samples×3
  double* spread;       // samples×3×3
};

// The means with which they begin: at quantiles along a way through the colours.
struct BeginJob {
  const double* colours;  // samples×count×3
  const double* weights;  // samples×count, with a sum of 1
  const double* ways;     // samples×3
  ptrdiff_t samples, count, parts;
  double* means;  // samples×parts×3
};

// What a density is made of: inverse Cholesky factors, and log weights with the normaliser.
struct WhitenJob {
  const double* covers;  // count×3×3
  const double* shares;  // count
  ptrdiff_t count;
  float* whiten;   // count×3×3
  float* weights;  // count
};

// Log densities of colours in several mixtures, but for a constant.
struct DenseJob {
  const float* colours;  // count×3
  ptrdiff_t count;
  const float* means;    // mixtures×parts×3
  const float* whiten;   // mixtures×parts×3×3
  const float* weights;  // mixtures×parts
  ptrdiff_t mixtures, parts;
  float* out;  // mixtures×count
};

// How far the colours of neighbours lie apart, and the lattice of pixels and of steps that are flat
// (people/parts/regions.py).
struct StepsJob {
  const float* smooth;    // height×width×3
  const uint8_t* inside;  // height×width, 0 or 1
  ptrdiff_t height, width;
  float flat;
  float* steps;      // 4×height×width: across, down, both diagonals; infinite where there is none
  uint8_t* lattice;  // 2·height-1 × 2·width-1, 0 or 1
};

// The steps between components of that lattice: their two numbers, and the bits of the step.
struct BorderJob {
  const int32_t* lattice;  // numbers below 65536
  const float* steps;
  ptrdiff_t height, width;
  uint64_t* keys;  // 4·height·width at most
  ptrdiff_t* count;
};

// Weighted means over regions (people/parts/graph.py).
struct MeansJob {
  const float* values;  // rows×count
  ptrdiff_t rows, count;
  const int32_t* of;  // count, regions
  const float* weight;
  ptrdiff_t regions;
  double* mass;  // regions, sums of weights
  float* out;    // rows×regions
};

// Probabilities of pixels by what their region found and by a power of their own
// (people/parts/person.py).
struct AnswerJob {
  const float* own;  // rows×count, log odds
  ptrdiff_t rows, count;
  const float* found;  // rows×regions, probabilities
  const int32_t* of;   // count
  ptrdiff_t regions;
  float power, floor;
  float* out;  // rows×count, with a sum of 1
};

// Planes on a grid looked up at the pixels inside of a small picture, as shares that sum to 1
// (people/parts/boxes.py).
struct TakeJob {
  const float* shares;  // planes×rows×columns
  ptrdiff_t planes, rows, columns;
  const float* x;         // width, places in the grid
  const float* y;         // height
  const uint8_t* inside;  // height×width, 0 or 1
  ptrdiff_t height, width, count;
  float least;  // of a sum
  float* out;   // planes×count
};

// Shares of everybody on one grid, in place: planes of a smaller grid are added where nobody was
// decided, then all sum to 1 (people/parts/everyone.py).
struct GatherUpJob {
  const float* small;  // added×rows×columns
  ptrdiff_t rows, columns;
  const int32_t* to;  // added, planes that they are added to
  ptrdiff_t added;
  const float* rest;     // height×width, how much of them is added
  const int32_t* which;  // planes that are divided by their sum
  ptrdiff_t planes;
  ptrdiff_t height, width;
  float least;  // of a sum
  float* out;   // n×height×width
};

// The highest of each pixel's values, and which of them it is: the first of those that are alike.
struct LikeliestJob {
  const float* values;  // rows×count
  ptrdiff_t rows, count;
  uint8_t* best;
  float* high;
};

// A field carried on into where it is not known (people/partition.py).
struct CarryOnJob {
  const float* plane;  // times *unit*: the field
  const float* unit;
  const float* raised;  // of the next level of a pyramid
  const float* rest;
  const float* weight;
  const float* gain;
  const float* trust;
  ptrdiff_t count;
  float tiny;
  float* out;
};

// How much there is of each label, and how much of it is neither of it nor of another
// (people/parts/hardness.py).
struct OpennessJob {
  const float* shares;  // rows×count
  ptrdiff_t rows, count;
  const float* cover;  // count
  float low, high;     // between which a share is open
  double* mass;        // rows
  double* open;        // rows
};

// How much colours look like those of a sample: 1 within its spread, less further off
// (people/parts/tones.py).
struct ResembleJob {
  const float* colours;  // count×3
  ptrdiff_t count;
  float middle[3], spread[3];
  float* out;  // count
};

}  // namespace kernels
