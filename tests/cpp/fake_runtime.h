// A runtime of the tests' own behind the shim: the far side of the border.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine_api.h"
#include "fake_host.h"

namespace fake {

struct Runtime {
  // What render does; by default writes `kMark` into every byte of the window.
  std::function<AnmResult(AnmCall*)> render;
  // What reach does; by default every frame stands alone.
  std::function<AnmResult(AnmReach*)> reach;
  std::string refusal;  // why there is no engine; empty when there is one
  bool throws = false;  // runtime_engine() throws
  int purged = 0;
  int calls = 0;

  static Runtime& get();
};

inline constexpr unsigned char kMark = 0xa5;

// Address of a pixel of a borrowed picture, computed as a runtime has to.
unsigned char* pixel(const AnmImage& image, int x, int y);
int pixel_bytes(const AnmImage& image);
void mark_window(const AnmCall& call);
AnmResult refuse(AnmCall* call, AnmResult code, const char* sentence);

// A described plug-in and a node of it, for a test.
struct Bench {
  Effect descriptor;
  std::unique_ptr<Effect> node;

  Bench();
  ~Bench();
  OfxStatus act(const char* action, PropertySet* in = nullptr, PropertySet* out = nullptr);
  OfxStatus render(int x1, int y1, int x2, int y2);
  Picture& output();
};

}  // namespace fake
