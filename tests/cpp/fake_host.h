// A small OFX host for tests: does what a well-behaved host cannot be asked to do, such as hide
// properties, hold back suites, hand out odd rows, and count what it lent.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "ofxImageEffect.h"
#include "ofxMessage.h"
#include "ofxParam.h"
#include "ofxProgress.h"
#include "ofxProperty.h"

namespace fake {

using Value = std::variant<int, double, std::string, void*>;

struct PropertySet {
  std::map<std::string, std::vector<Value>> values;

  void set(const std::string& name, std::vector<Value> all) { values[name] = std::move(all); }
  int integer(const std::string& name, int index = 0) const;
  double number(const std::string& name, int index = 0) const;
  std::string text(const std::string& name, int index = 0) const;
  size_t size(const std::string& name) const;
  OfxPropertySetHandle handle() { return reinterpret_cast<OfxPropertySetHandle>(this); }
};

// Pixels in rows of any length and direction, with a guard on both sides of each row.
struct Picture {
  std::string components = kOfxImageComponentRGBA;
  std::string depth = kOfxBitDepthFloat;
  int bounds[4] = {0, 0, 8, 6};
  int padding = 0;        // bytes after each row
  bool top_down = false;  // negative row bytes
  PropertySet properties;
  std::vector<unsigned char> memory;

  void allocate(unsigned char fill);
  unsigned char* pixel(int x, int y);
  float& real(int x, int y, int channel);
  int pixel_bytes() const;
  int row_bytes() const;
  bool guards_hold() const;
  unsigned char fill = 0;
};

struct Clip {
  std::string name;
  PropertySet properties;
  std::unique_ptr<Picture> picture;
  double rod[4] = {0, 0, 8, 6};
  OfxStatus lacks = kOfxStatFailed;  // how it says that there is no picture
};

struct Param {
  std::string type;
  PropertySet properties;
  double number[3] = {0, 0, 0};
  double drift = 0;  // what a unit of time adds to a single number
  std::string text;
};

struct Effect {
  PropertySet properties, param_set;
  std::vector<std::unique_ptr<Clip>> clips;
  std::vector<std::unique_ptr<Param>> params;
  std::vector<std::string> param_names;

  Clip* clip(const std::string& name);
  Param* param(const std::string& name);
  OfxImageEffectHandle handle() { return reinterpret_cast<OfxImageEffectHandle>(this); }
};

// One host per process: OFX callbacks carry no pointer to it.
struct Host {
  PropertySet properties;
  std::set<std::string> absent;         // properties that nobody has
  std::set<std::string> absent_suites;  // as "OfxMessageSuite2"
  // Hosts that have the suite but not all of it: 1 as Resolve, 2 one that cannot clear.
  int broken_messages = 0;
  int fail_after = -1;  // property calls until all of them fail; -1 never
  std::function<int()> abort = [] { return 0; };
  std::function<OfxStatus(double)> on_progress = [](double) { return kOfxStatOK; };

  std::vector<std::string> messages;  // set or shown
  int cleared = 0;
  std::atomic<int> images_out{0};
  int progress_open = 0;
  int progress_started = 0;
  OfxHost ofx{};

  Host();
  static Host& get();

  OfxStatus call(OfxPlugin* plugin, const char* action, Effect* effect, PropertySet* in = nullptr,
                 PropertySet* out = nullptr);
  // setHost, Load, Describe, DescribeInContext.
  OfxStatus describe(OfxPlugin* plugin, Effect* descriptor);
  // An instance with every parameter at its default and 8×6 float RGBA on Source and Output.
  std::unique_ptr<Effect> instance(Effect& descriptor);
  void connect(Effect& effect, const std::string& name, std::unique_ptr<Picture> picture);
};

std::unique_ptr<Picture> picture(int x1, int y1, int x2, int y2,
                                 const std::string& components = kOfxImageComponentRGBA,
                                 const std::string& depth = kOfxBitDepthFloat);

// Arguments of Render for a window.
PropertySet render_arguments(int x1, int y1, int x2, int y2, double time = 1.0);

}  // namespace fake
