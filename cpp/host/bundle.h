// Binaries on disk, the plug-ins in them, and what they are told of their host.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "ofxCore.h"
#include "property_set.h"

namespace pyopenfx {

// A binary that cannot be opened or is no OFX plug-in.
struct BinaryError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where a host differs from the standard's: what plug-ins meet in the hosts that there are.
struct Quirks {
  std::set<std::pair<std::string, int>> absent_suites;
  bool null_persistent_message = false;  // message suite version 2 without its two new functions
  bool never_aborts = false;
  bool current_frame_only = false;      // images of other times are those of this one
  bool undefined_clip_is_null = false;  // and not an error
  bool missing_image_is_null = false;   // and not an error
  bool silent_custom = false;           // custom parameters are read without being written
  bool copies_no_params = false;
  bool time_line_is_mute = false;
  bool image_scale_is_one = false;
  bool made_up_values = false;      // 2.0 for a Double, true for a Boolean, nothing for others
  bool forwards_arguments = false;  // of messages, as one va_list to a function with dots
};

// What plug-ins see of their host.  A plug-in may keep the pointer: it is never freed.
class HostRecord {
 public:
  HostRecord();
  OfxHost* ofx() { return &ofx_; }
  // The record whose properties these are; null for any other set.
  static HostRecord* from(OfxPropertySetHandle handle);
  PropertySet& properties() { return properties_; }

  Quirks quirks;

 private:
  struct Properties : PropertySet {
    HostRecord* record = nullptr;
  };
  Properties properties_;
  OfxHost ofx_;
};

class Plugin;
struct Binary;
void reopen(Binary* image);

// A binary in memory.  Unload is the last call before it leaves: it is sent to all plug-ins once
// nobody uses any of them, and who loads one again gets a fresh image.  Until then the old one
// stays mapped, as threads that a plug-in left behind must not lose their code.  What the dynamic
// loader never lets go of stays loaded, and is sent no Unload.
struct Binary {
  std::mutex mutex;
  std::string path;
  void* library = nullptr;
  bool resident = false;
  bool spent = false;  // Unload was sent
  int users = 0;
  std::vector<Plugin*> plugins;
};

// One plug-in of a binary, shared by every Host of the process.
class Plugin : public std::enable_shared_from_this<Plugin> {
 public:
  Plugin(OfxPlugin* ofx, Binary* image, std::string bundle);

  const std::string& identifier() const { return identifier_; }
  int major() const { return major_; }
  int minor() const { return minor_; }
  const std::string& binary() const { return image_->path; }
  const std::string& bundle() const { return bundle_; }

  // The first user sets the host and sends Load; one with a host of another name is refused with
  // kOfxStatErrExists.  Throws BinaryError where the binary cannot be opened again.
  OfxStatus acquire(HostRecord* host);
  void release();
  const Quirks& quirks() const;
  OfxStatus enter(const std::string& action, const void* handle, PropertySet* in, PropertySet* out);

  std::recursive_mutex& unsafe_lock() { return unsafe_lock_; }

 private:
  void unload();
  friend void reopen(Binary* image);

  OfxPlugin* ofx_;  // gone after Unload where the plug-in keeps it in memory of its own
  const std::string identifier_;
  const int major_, minor_;
  Binary* image_;
  std::string bundle_;
  bool loaded_ = false;
  HostRecord* host_ = nullptr;
  std::recursive_mutex unsafe_lock_;  // renders of an unsafe plug-in go one at a time
};

// Opens a binary (once a process) and lists its image effects.  Throws BinaryError.
std::vector<std::shared_ptr<Plugin>> open_binary(const std::string& path,
                                                 const std::string& bundle);

}  // namespace pyopenfx
