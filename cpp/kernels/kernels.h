// Loops over pixels, free of Python: plain pointers to rows without gaps, sizes checked by the
// caller.
//
// What each computes is written beside its caller in Python, and the tests hold both against one
// another.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heads_jobs.h"
#include "people_jobs.h"
#include "window_jobs.h"

namespace kernels {

// The colour axis of a screen and the controls of its key (keyer/axis.py).
struct Axis {
  int high, mid, low;
  float shear, unshear, twin, balance, gain;
};

// What is sure before a screen (keyer/regions.py): rows of the plate and of the screen, H×W×3, the
// depths on them, H×W×2, and the slack at the edges of shadows, H×W×2 or null.
struct SureJob {
  const float* light;
  const float* surface;
  const float* depth;
  const float* slack;
  ptrdiff_t height, width;
  Axis axis;
  float near, point;  // squared distances to the screen, of the mean around a pixel and of itself
  uint8_t* subject;   // H×W, 0 or 1
  uint8_t* screen;
};

// Sums over cells of the colours of what is sure (keyer/palette.py): 14 fields a cell.
struct GatherJob {
  const float* light;
  const float* surface;
  const float* subject;  // H×W, weights
  const float* screen;
  ptrdiff_t height, width, cell;
  float* sums;  // rows×columns×14
};

constexpr int kFields = 14;

// table[round(value · factor)] of some values, kept within the table.
struct LookUpJob {
  const float* values;
  const float* table;
  ptrdiff_t count, entries;
  float factor;
  float* out;
};

// Colours N×3 of at most `top` times a matrix, as planes 3×N, or planes as colours, of any size
// (people/colours.py).
struct TurnJob {
  const float* values;
  const float* matrix;  // 3×3, a row for each channel that comes out
  ptrdiff_t count;
  float top;
  float* out;
};

// Luminance of colours N×3, and how bright it looks beside a middle one, in place
// (ops/guided.py).
struct LumaJob {
  const float* colours;
  ptrdiff_t count;
  float* luma;
};
struct BrightJob {
  float* luma;
  ptrdiff_t count;
  float middle;
};

// Pixels of four channels as colours and as alpha in 0..1; told is whether all are finite.
struct TakeApartJob {
  const float* values;
  ptrdiff_t count;
  float* colour;
  float* alpha;  // or null
  bool* finite;
};

// How far colours lie apart (ops/filters.py); strides are those of a pixel and of a channel, in
// numbers.
struct ApartJob {
  const float* one;
  const float* two;
  ptrdiff_t one_pixel, one_channel, two_pixel, two_channel;
  ptrdiff_t count;
  float* out;
};

// Smoothly from 0 at low to 1 at high (ops/filters.py).
struct StepJob {
  const float* values;
  ptrdiff_t count;
  float low, span;
  float* out;
};

// A picture H×W×C, of one, three or four channels, made smaller (ops/filters.py).
struct ShrinkJob {
  const float* pixels;
  ptrdiff_t height, width, channels, stride;  // from row to row, in numbers
  ptrdiff_t rows, columns;                    // no more than there are
  float* out;
};

// Some rows of a small picture brought bilinearly to height×width (ops/filters.py).
struct RaiseJob {
  const float* low;  // rows×columns×channels
  ptrdiff_t rows, columns, channels;
  ptrdiff_t height, width, from, to;
  float* out;  // (to - from)×width×channels
};

// A matte without single pixels that stand out from all eight neighbours by more than *slack*
// (ops/matte.py): the part of it from *top* and *left* on.
struct CalmJob {
  const float* pixels;
  ptrdiff_t rows, columns, stride;  // in numbers
  float slack;
  ptrdiff_t top, left;
  ptrdiff_t out_rows, out_columns, out_stride;
  float* out;
};

// The pixels of some rows of a plate that lie in the edge of people, solved (people/edge.py).
struct EdgesJob {
  const float* prior;  // rows×columns, what is expected
  ptrdiff_t rows, columns, prior_stride;
  float low, high;  // between which a pixel is of the edge
  ptrdiff_t y, x;   // where they lie in the plate
  ptrdiff_t height, width;
  const float* light;  // of the first of them
  ptrdiff_t light_stride;
  const float* fields;  // 3×cells_high×cells_wide×4
  ptrdiff_t cells_high, cells_wide;
  const float* to_opponent;  // 3×3 each
  const float* to_light;
  float top;
  float* total;  // rows×columns, coverage
  ptrdiff_t total_stride;
  ptrdiff_t* place;  // N, in the plate
  float* lit;        // N×3
};

// Alpha and the inside's colour of pixels between two sides (people/colours.py), channel by
// channel.
struct SidesJob {
  const float* colour;  // 3×N
  const float* fields;  // 12×N
  const float* prior;   // N
  ptrdiff_t count;
  float* alpha;
  float* inside;
};

// Alpha and foreground of pixels before a screen (keyer/solve.py), pixel by pixel.
struct MixturesJob {
  const float* colour;   // N×3
  const float* surface;  // N×3
  const float* fields;   // N×12
  const float* grain;    // N
  const float* tint;     // N
  float level, spread;
  ptrdiff_t count;
  float* alpha;
  float* foreground;
};

// Components joined over the edges between them, the weakest first (people/parts/regions.py).
struct JoinJob {
  const int32_t* one;  // the components of each edge, below `count`
  const int32_t* two;
  const float* weight;  // never falling
  ptrdiff_t edges;
  const int32_t* sizes;  // pixels of each component
  ptrdiff_t count;
  double scale;
  ptrdiff_t least;  // pixels of the smallest region
  int32_t* region;  // of each component, as the number of one of them
};

// A mask, H×W of 0 and 1, and everything within a radius below 255 of it (ops/filters.py).
struct GrowJob {
  const uint8_t* mask;
  ptrdiff_t height, width, radius;
  uint8_t* out;
};

// Shares of parts, planes of N, decided: to the power of six or as they are, so that those of a
// pixel sum to 1 (people/parts/hardness.py). Planes that are not among the rows are not touched.
struct HardenJob {
  const float* shares;
  ptrdiff_t count;
  const int32_t* rows;
  ptrdiff_t parts;
  bool powered;
  float* out;
};

// The same in 255ths, as frames around keep them, and the row of which a pixel with anybody near
// surely is, or `open` (engine/steady_parts.py).
struct VoteJob {
  const float* shares;
  ptrdiff_t count;
  const int32_t* rows;
  ptrdiff_t parts;
  bool powered;
  const float* near;  // N
  float faint, least;
  uint8_t open;
  uint8_t* codes;  // parts×N
  uint8_t* sure;   // N
};

// Shares of some parts in a window of the plate, added up: straight functions of its brightness
// (people/parts/fields.py).
struct RampJob {
  const float* lines;    // n×rows×columns×2, slope and offset
  const uint8_t* there;  // n×rows×columns, where anything of a part is left
  ptrdiff_t rows, columns;
  const int32_t* which;
  ptrdiff_t parts;
  const float* bright;  // height×width
  const float* units;   // height×width, what each share is multiplied with, or null
  ptrdiff_t height, width;
  ptrdiff_t top, bottom, left, right;
  float floor;
  bool squared;
  float* out;  // the window
};

// The least and the greatest value of windows of a plane of floats or of uint16 (temporal/open.py).
struct ExtremesJob {
  const void* values;
  bool floats;
  ptrdiff_t width;
  const int32_t* row_from;
  const int32_t* row_to;
  ptrdiff_t rows;
  const int32_t* column_from;
  const int32_t* column_to;
  ptrdiff_t columns;
  void* low;  // rows×columns
  void* high;
};

// Mixtures of Gaussians of samples of colours, from a first guess on
// (people/parts/gaussians.py).
constexpr ptrdiff_t kMostParts = 8;
struct FitJob {
  const double* colours;            // samples×N×3, away from their mean
  const double* weights;            // samples×N, with a sum of 1
  ptrdiff_t samples, count, parts;  // of each sample so many Gaussians, kMostParts at most
  int rounds;
  double floor;    // variance in every direction at least
  double* means;   // samples×parts×3, the guess; changed
  double* covers;  // samples×parts×3×3, the same
  double* shares;  // samples×parts, the same
};

// Each loop for one kind of processor; false: there was no memory for it.
#define KERNELS_LOOPS(isa)              \
  namespace isa {                       \
  bool sure(const SureJob&);            \
  bool gather(const GatherJob&);        \
  bool look_up(const LookUpJob&);       \
  bool take_apart(const TakeApartJob&); \
  bool raise(const RaiseJob&);          \
  bool apart(const ApartJob&);          \
  bool step(const StepJob&);            \
  bool between_sides(const SidesJob&);  \
  bool mixtures(const MixturesJob&);    \
  bool join(const JoinJob&);            \
  bool grow(const GrowJob&);            \
  bool opponent(const TurnJob&);        \
  bool light(const TurnJob&);           \
  bool luma(const LumaJob&);            \
  bool bright(const BrightJob&);        \
  bool harden(const HardenJob&);        \
  bool vote(const VoteJob&);            \
  bool ramp(const RampJob&);            \
  bool extremes(const ExtremesJob&);    \
  bool along(const AlongJob&);          \
  bool draw(const DrawJob&);            \
  bool rests(const RestsJob&);          \
  bool hear(const HearJob&);            \
  bool fit(const FitJob&);              \
  bool lay(const LayJob&);              \
  bool take_tiles(const TilesJob&);     \
  bool put_tiles(const TilesJob&);      \
  bool calm(const CalmJob&);            \
  bool shrink(const ShrinkJob&);        \
  bool edges(const EdgesJob&);          \
  bool mattes(const MattesJob&);        \
  bool figure(const FigureJob&);        \
  bool softmax(const SoftmaxJob&);      \
  bool place(const PlaceJob&);          \
  bool doubt(const DoubtJob&);          \
  bool sample(const SampleJob&);        \
  bool begin(const BeginJob&);          \
  bool whiten(const WhitenJob&);        \
  bool dense(const DenseJob&);          \
  bool steps(const StepsJob&);          \
  bool border(const BorderJob&);        \
  bool means(const MeansJob&);          \
  bool answer(const AnswerJob&);        \
  bool take(const TakeJob&);            \
  bool gather_up(const GatherUpJob&);   \
  bool likeliest(const LikeliestJob&);  \
  bool carry_on(const CarryOnJob&);     \
  bool openness(const OpennessJob&);    \
  bool resemble(const ResembleJob&);    \
  }
KERNELS_LOOPS(plain)
KERNELS_LOOPS(avx2)

struct Loops {
  bool (*sure)(const SureJob&);
  bool (*gather)(const GatherJob&);
  bool (*look_up)(const LookUpJob&);
  bool (*take_apart)(const TakeApartJob&);
  bool (*raise)(const RaiseJob&);
  bool (*apart)(const ApartJob&);
  bool (*step)(const StepJob&);
  bool (*between_sides)(const SidesJob&);
  bool (*mixtures)(const MixturesJob&);
  bool (*join)(const JoinJob&);
  bool (*grow)(const GrowJob&);
  bool (*opponent)(const TurnJob&);
  bool (*light)(const TurnJob&);
  bool (*luma)(const LumaJob&);
  bool (*bright)(const BrightJob&);
  bool (*harden)(const HardenJob&);
  bool (*vote)(const VoteJob&);
  bool (*ramp)(const RampJob&);
  bool (*extremes)(const ExtremesJob&);
  bool (*along)(const AlongJob&);
  bool (*draw)(const DrawJob&);
  bool (*rests)(const RestsJob&);
  bool (*hear)(const HearJob&);
  bool (*fit)(const FitJob&);
  bool (*lay)(const LayJob&);
  bool (*take_tiles)(const TilesJob&);
  bool (*put_tiles)(const TilesJob&);
  bool (*calm)(const CalmJob&);
  bool (*shrink)(const ShrinkJob&);
  bool (*edges)(const EdgesJob&);
  bool (*mattes)(const MattesJob&);
  bool (*figure)(const FigureJob&);
  bool (*softmax)(const SoftmaxJob&);
  bool (*place)(const PlaceJob&);
  bool (*doubt)(const DoubtJob&);
  bool (*sample)(const SampleJob&);
  bool (*begin)(const BeginJob&);
  bool (*whiten)(const WhitenJob&);
  bool (*dense)(const DenseJob&);
  bool (*steps)(const StepsJob&);
  bool (*border)(const BorderJob&);
  bool (*means)(const MeansJob&);
  bool (*answer)(const AnswerJob&);
  bool (*take)(const TakeJob&);
  bool (*gather_up)(const GatherUpJob&);
  bool (*likeliest)(const LikeliestJob&);
  bool (*carry_on)(const CarryOnJob&);
  bool (*openness)(const OpennessJob&);
  bool (*resemble)(const ResembleJob&);
};

// Those for this processor, and what they are called.
const Loops& loops();
const char* isa();

// Whether those that are told so add a product in one rounding by an instruction of the
// processor's.
bool fuses();

}  // namespace kernels
