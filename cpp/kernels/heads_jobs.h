// What the heads of the people network are told: layers at the size of the picture, which have few
// channels (nets/own/people_net.py).
#pragma once

#include <cstddef>

namespace kernels {

constexpr int kFine = 8;     // channels at 1/2 that the matte's correction reads
constexpr int kSides = 2;    // mattes: of people, of what they hold
constexpr int kMiddle = 16;  // channels between both convolutions of the correction
constexpr int kFigure = 8;   // channels of the published segmentation
constexpr int kApart = 2;    // its blocks
constexpr int kStrip = 16;   // what the width is a multiple of

// Logits of both mattes: the coarse ones doubled, and a correction from what else is there at 1/2,
// doubled, and the picture.
struct MattesJob {
  const float* picture;  // 3×H×W, 0..1
  const float* fine;     // kFine×H/2×W/2
  const float* coarse;   // kSides×H/2×W/2
  ptrdiff_t height, width;
  const float* first;        // kMiddle/4 × (kFine+3+kSides)×9 × 4
  const float* first_bias;   // kMiddle
  const float* second;       // kMiddle×9×kSides
  const float* second_bias;  // kSides
  float* out;                // kSides×H×W
};

// Logits of one whole person: features at 1/2, doubled, two blocks of channels filtered apart and
// mixed, and a convolution.
struct FigureJob {
  const float* soft;  // kFigure×H/2×W/2
  ptrdiff_t height, width;
  const float* filter;       // kApart×kFigure×9
  const float* filter_bias;  // kApart×kFigure
  const float* mix;          // kApart × kFigure/4 × kFigure × 4: to four channels, from each
  const float* mix_bias;     // kApart×kFigure
  const float* last;         // kFigure×9
  const float* last_bias;    // 1
  float* out;                // H×W
};

// Shares of labels by their logits, labels×N, and the means of squares of 4×4 pixels if asked.
struct SoftmaxJob {
  const float* logits;  // labels×height×width
  ptrdiff_t labels, height, width;
  float* shares;  // the same
  float* pooled;  // labels×height/4×width/4, or null
};

}  // namespace kernels
