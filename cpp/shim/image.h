// A picture borrowed from the host; the destructor gives it back.
#pragma once

#include <string>

#include "engine_api.h"
#include "instance.h"

namespace anatomatte {

class Image {
 public:
  // `found()` is false where the host has no picture.  Raises Failure when it has one that cannot
  // be read: no bounds, an unknown depth, rows shorter than their pixels.
  // `plane` as the host spelled it; empty for the clip's picture.
  Image(const Clip& clip, OfxTime time, const std::string& plane = "");
  ~Image();
  Image(Image&& other) noexcept;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  bool found() const { return handle_ && view_.data; }
  // Whether the host failed, which is another thing than having no picture; `refusal` says how.
  bool refused() const { return status_ != kOfxStatOK && status_ != kOfxStatFailed; }
  std::string refusal() const;
  bool empty() const;
  const AnmImage& view() const { return view_; }

 private:
  void read(const Clip& clip);
  void read_format(const Clip& clip);
  void read_rows();

  OfxPropertySetHandle handle_ = nullptr;
  OfxStatus status_ = kOfxStatOK;
  AnmImage view_{};
};

// Bytes of one pixel of this view.
int pixel_bytes(const AnmImage& view);

// Writes zeros (transparent black) into the window, as far as it lies in the picture.
void clear(const AnmImage& view, const int window[4]);

}  // namespace anatomatte
