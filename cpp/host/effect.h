// Effect: a plug-in's description in a context, or an instance of it.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bundle.h"
#include "call.h"
#include "clips.h"
#include "ofxImageEffect.h"
#include "params.h"
#include "property_set.h"

namespace pyopenfx {

struct Message {
  std::string type, id, text;
};

class Effect : public std::enable_shared_from_this<Effect> {
 public:
  explicit Effect(std::shared_ptr<Plugin> plugin);  // a bare descriptor, for Describe
  // A descriptor for one context, made from the plug-in's own.
  Effect(const Effect& descriptor, const std::string& context);
  explicit Effect(std::shared_ptr<Effect> descriptor);  // an instance
  ~Effect();

  // A destroyed instance's address is not used again soon.
  static void* operator new(size_t bytes) { return new_block(bytes); }
  static void operator delete(void* block) { retire_block(block); }

  static Effect* from(const void* handle);
  OfxImageEffectHandle handle() { return reinterpret_cast<OfxImageEffectHandle>(this); }

  bool is_instance() const { return descriptor_ != nullptr; }
  Plugin& plugin() { return *plugin_; }
  const std::shared_ptr<Plugin>& plugin_ptr() const { return plugin_; }
  PropertySet& properties() { return properties_; }
  ParamSet& params() { return *params_; }
  const std::vector<std::unique_ptr<Clip>>& clips() const { return clips_; }
  Clip* define_clip(const std::string& name, OfxStatus* status);
  Clip* find_clip(const std::string& name);

  // Enters the plug-in with this effect as the handle.  Locks as its thread safety asks.
  OfxStatus act(const std::string& action, PropertySet* in, PropertySet* out,
                const std::shared_ptr<Call>& call);

  // After DestroyInstance: no handle of it is good any more.  Unfreed memory is a breach.
  void bury();

  // The time of the action under way on this thread, else of the time line.
  double current_time() const;
  void param_edited_by_plugin(const std::string& name);
  std::vector<std::string> take_plugin_edits();

  // A running call for threads that the plug-in started by itself.
  std::shared_ptr<Call> running_call();

  // Time line.
  std::atomic<double> time{0};
  std::atomic<double> first_time{1};
  std::atomic<double> last_time{1};
  std::atomic<bool> stop{false};              // asks every render under way to stop
  std::atomic<int> answer{kOfxStatReplyYes};  // to questions

  void add_message(const Message& message);
  std::vector<Message> messages();              // the last thousand
  size_t message_count();                       // of all there ever were
  void set_persistent(const Message& message);  // an empty type clears it
  Message persistent();
  void note(const Breach& breach);  // of the standard, by the plug-in
  std::vector<Breach> notes();      // the last thousand

  // imageMemoryAlloc, for an instance or for none; null when there is no memory.
  static void* allocate_memory(Effect* owner, size_t bytes);
  static void* memory_data(void* handle);  // null when the handle is none
  static bool free_memory(void* handle);

 private:
  void close_call(const std::shared_ptr<Call>& call);
  size_t free_all_memory();

  std::shared_ptr<Plugin> plugin_;
  std::shared_ptr<Effect> descriptor_;  // of an instance
  PropertySet properties_;
  std::unique_ptr<ParamSet> params_;
  std::vector<std::unique_ptr<Clip>> clips_;
  std::recursive_mutex instance_lock_;
  std::mutex mutex_;  // of what follows
  std::vector<std::shared_ptr<Call>> running_;
  std::vector<std::string> plugin_edits_;
  std::deque<Message> messages_;
  size_t message_count_ = 0;
  Message persistent_;
  std::deque<Breach> notes_;
};

const OfxImageEffectSuiteV1* image_effect_suite();

}  // namespace pyopenfx
