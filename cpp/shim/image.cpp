#include "image.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "planes.h"
#include "status.h"

namespace anatomatte {
namespace {

// What the picture says of itself, else what its clip says, else the default.
std::string said(const Properties& image, const Clip& clip, const char* name,
                 const char* fallback) {
  const std::string of_image = image.text_or(name, "");
  return of_image.empty() ? clip.properties.text_or(name, fallback) : of_image;
}

int components_of(const std::string& name) {
  if (name == kOfxImageComponentRGBA) return 4;
  if (name == kOfxImageComponentRGB) return 3;
  if (name == kOfxImageComponentAlpha) return 1;
  return plane_channels(name);
}

int depth_of(const std::string& name) {
  if (name == kOfxBitDepthByte) return ANM_BYTE;
  if (name == kOfxBitDepthShort) return ANM_SHORT;
  if (name == kOfxBitDepthHalf) return ANM_HALF;
  if (name == kOfxBitDepthFloat) return ANM_FLOAT;
  return 0;
}

int premult_of(const std::string& name, int components) {
  if (name == kOfxImageOpaque || components == 3) return ANM_OPAQUE;
  return name == kOfxImageUnPreMultiplied ? ANM_UNPREMULTIPLIED : ANM_PREMULTIPLIED;
}

Failure unreadable(const Clip& clip, const std::string& why) {
  return Failure("The host gave a picture on " + std::string(clip.name) +
                 " that cannot be read: " + why + ".");
}

}  // namespace

int pixel_bytes(const AnmImage& view) {
  const int bytes = view.depth == ANM_BYTE ? 1 : view.depth == ANM_FLOAT ? 4 : 2;
  return bytes * view.components;
}

Image::Image(const Clip& clip, OfxTime time, const std::string& plane) {
  if (!clip.handle) return;
  constexpr int kPresentView = -1;
  status_ = plane.empty() ? suites().effect->clipGetImage(clip.handle, time, nullptr, &handle_)
                          : suites().planes->clipGetImagePlane(clip.handle, time, kPresentView,
                                                               plane.c_str(), nullptr, &handle_);
  if (status_ != kOfxStatOK) {
    handle_ = nullptr;
    return;
  }
  if (!handle_) return;
  try {
    read(clip);
  } catch (...) {
    suites().effect->clipReleaseImage(handle_);
    throw;
  }
}

Image::~Image() {
  if (handle_) suites().effect->clipReleaseImage(handle_);
}

Image::Image(Image&& other) noexcept
    : handle_(other.handle_), status_(other.status_), view_(other.view_) {
  other.handle_ = nullptr;
}

std::string Image::refusal() const {
  return status_ == kOfxStatErrMemory ? "it has no memory left"
                                      : "status " + std::to_string(status_);
}

bool Image::empty() const {
  return view_.bounds[0] >= view_.bounds[2] || view_.bounds[1] >= view_.bounds[3];
}

void Image::read(const Clip& clip) {
  const Properties image(handle_);
  view_.size = sizeof(view_);
  view_.clip = clip.name;
  view_.data = image.pointer(kOfxImagePropData);
  if (!view_.data) return;
  int bounds[4];
  if (!image.rectangle(kOfxImagePropBounds, bounds)) throw unreadable(clip, "it has no bounds");
  std::copy(bounds, bounds + 4, view_.bounds);
  int rod[4];
  const bool has_rod = image.rectangle(kOfxImagePropRegionOfDefinition, rod);
  std::copy(has_rod ? rod : bounds, (has_rod ? rod : bounds) + 4, view_.rod);
  read_format(clip);
  read_rows();
  const int64_t row = static_cast<int64_t>(bounds[2] - int64_t{bounds[0]}) * pixel_bytes(view_);
  if (!empty() && bounds[3] - int64_t{bounds[1]} > 1 && std::llabs(view_.row_bytes) < row) {
    throw unreadable(clip, "its rows are shorter than its pixels");
  }
}

void Image::read_format(const Clip& clip) {
  const Properties image(handle_);
  const std::string components =
      said(image, clip, kOfxImageEffectPropComponents, kOfxImageComponentRGBA);
  const std::string depth = said(image, clip, kOfxImageEffectPropPixelDepth, "");
  const int channels = components_of(components);
  view_.components = channels == 2 ? 0 : channels;
  view_.depth = depth_of(depth);
  if (!view_.components) throw unreadable(clip, "its components are " + components);
  if (!view_.depth) {
    throw unreadable(clip, "its depth is " + (depth.empty() ? "not told" : depth));
  }
  view_.premult =
      premult_of(said(image, clip, kOfxImageEffectPropPreMultiplication, kOfxImagePreMultiplied),
                 view_.components);
  view_.pixel_aspect = image.number_or(
      kOfxImagePropPixelAspectRatio, clip.properties.number_or(kOfxImagePropPixelAspectRatio, 1.0));
  if (!(view_.pixel_aspect > 0.0)) view_.pixel_aspect = 1.0;
}

void Image::read_rows() {
  const int packed = (view_.bounds[2] - view_.bounds[0]) * pixel_bytes(view_);
  const int told = Properties(handle_).integer_or(kOfxImagePropRowBytes, 0);
  view_.row_bytes = told ? told : packed;
}

void clear(const AnmImage& view, const int window[4]) {
  const int x1 = std::max(window[0], view.bounds[0]), x2 = std::min(window[2], view.bounds[2]);
  const int y1 = std::max(window[1], view.bounds[1]), y2 = std::min(window[3], view.bounds[3]);
  if (!view.data || x1 >= x2) return;
  const int64_t pixel = pixel_bytes(view);
  for (int y = y1; y < y2; ++y) {
    char* row = static_cast<char*>(view.data) + (y - view.bounds[1]) * view.row_bytes;
    std::memset(row + (x1 - view.bounds[0]) * pixel, 0, static_cast<size_t>((x2 - x1) * pixel));
  }
}

}  // namespace anatomatte
