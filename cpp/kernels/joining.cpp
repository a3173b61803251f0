// Regions that grow together over the weakest edges first: Kruskal's loop of Felzenszwalb's
// segmentation.
#include <cstdint>

#include "kernels.h"
#include "loops.h"

namespace kernels {
namespace {

// The component that a component is part of; ways to it get shorter.
inline int32_t top_of(int32_t* root, int32_t at) {
  while (root[at] != at) {
    root[at] = root[root[at]];
    at = root[at];
  }
  return at;
}

}  // namespace

namespace KERNELS_ISA {

bool join(const JoinJob& job) {
  Rows<int64_t> size(1, job.count);
  Rows<double> limit(1, job.count);  // the strongest edge that a region grows over
  if (job.count && !(size.good() && limit.good())) return false;
  int32_t* root = job.region;
  for (ptrdiff_t k = 0; k < job.count; ++k) {
    root[k] = static_cast<int32_t>(k);
    size[0][k] = job.sizes[k];
    limit[0][k] = job.scale / static_cast<double>(job.sizes[k] < 1 ? 1 : job.sizes[k]);
  }
  for (ptrdiff_t k = 0; k < job.edges; ++k) {
    const int32_t a = top_of(root, job.one[k]), b = top_of(root, job.two[k]);
    const double strength = job.weight[k];
    if (a == b || !(strength <= limit[0][a] && strength <= limit[0][b])) continue;
    root[b] = a;
    size[0][a] += size[0][b];
    limit[0][a] = strength + job.scale / static_cast<double>(size[0][a]);
  }
  for (ptrdiff_t k = 0; k < job.edges; ++k) {
    const int32_t a = top_of(root, job.one[k]), b = top_of(root, job.two[k]);
    if (a == b || (size[0][a] >= job.least && size[0][b] >= job.least)) continue;
    root[b] = a;
    size[0][a] += size[0][b];
  }
  for (ptrdiff_t k = 0; k < job.count; ++k) root[k] = top_of(root, static_cast<int32_t>(k));
  return true;
}

}  // namespace KERNELS_ISA

}  // namespace kernels
