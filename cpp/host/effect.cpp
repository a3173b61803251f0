#include "effect.h"

#include <cstdlib>
#include <new>
#include <set>

#include "handles.h"
#include "spec_tables.h"

namespace pyopenfx {
namespace {

constexpr size_t kKeptMessages = 1000;

// Blocks of imageMemoryAlloc; what an instance leaves behind goes with it.
struct ImageMemory {
  Effect* effect;
  std::unique_ptr<char[]> data;
};

struct MemoryBook {
  std::mutex mutex;
  std::set<ImageMemory*> blocks;
};

MemoryBook& memory_book() {
  static auto* book = new MemoryBook;
  return *book;
}

std::unique_lock<std::recursive_mutex> lock_for(Effect& effect, const std::string& action,
                                                std::recursive_mutex& instance,
                                                std::recursive_mutex& plugin) {
  if (!effect.is_instance()) return std::unique_lock<std::recursive_mutex>(plugin);
  const std::string safety = effect.properties().text(kOfxImageEffectPluginRenderThreadSafety,
                                                      kOfxImageEffectRenderInstanceSafe);
  if (safety == kOfxImageEffectRenderUnsafe) return std::unique_lock<std::recursive_mutex>(plugin);
  const bool exclusive = action == kOfxActionCreateInstance || action == kOfxActionDestroyInstance;
  if (safety == kOfxImageEffectRenderFullySafe && !exclusive) return {};
  return std::unique_lock<std::recursive_mutex>(instance);
}

}  // namespace

Effect::Effect(std::shared_ptr<Plugin> plugin)
    : plugin_(std::move(plugin)), params_(std::make_unique<ParamSet>(this)) {
  handle_born(HandleKind::kEffect, this);
  properties_.define(effect_descriptor_properties());
  const std::string identifier = plugin_->identifier();
  for (const char* label : {kOfxPropName, kOfxPropLabel, kOfxPropShortLabel, kOfxPropLongLabel}) {
    properties_.put(label, {identifier});
  }
  properties_.put(kOfxPropVersion, {plugin_->major(), plugin_->minor()});
  properties_.put(kOfxPluginPropFilePath, {plugin_->bundle()});
}

Effect::Effect(const Effect& descriptor, const std::string& context)
    : std::enable_shared_from_this<Effect>(),
      plugin_(descriptor.plugin_),
      properties_(descriptor.properties_),
      params_(std::make_unique<ParamSet>(this)) {
  handle_born(HandleKind::kEffect, this);
  properties_.put(kOfxImageEffectPropContext, {context});
}

Effect::Effect(std::shared_ptr<Effect> descriptor)
    : plugin_(descriptor->plugin_),
      descriptor_(descriptor),
      properties_(descriptor->properties_),
      params_(std::make_unique<ParamSet>(this, *descriptor->params_)) {
  handle_born(HandleKind::kEffect, this);
  properties_.define(effect_instance_properties());
  properties_.put(kOfxImageEffectPropPluginHandle, {static_cast<void*>(descriptor->handle())});
  for (const auto& clip : descriptor->clips_) {
    clips_.push_back(std::make_unique<Clip>(this, *clip));
  }
}

Effect::~Effect() {
  free_all_memory();
  handle_died(HandleKind::kEffect, this);
}

size_t Effect::free_all_memory() {
  MemoryBook& book = memory_book();
  std::lock_guard<std::mutex> lock(book.mutex);
  size_t count = 0;
  for (auto it = book.blocks.begin(); it != book.blocks.end();) {
    auto block = it++;
    if ((*block)->effect != this) continue;
    delete *block;
    book.blocks.erase(block);
    ++count;
  }
  return count;
}

void Effect::bury() {
  handle_died(HandleKind::kEffect, this);
  properties_.bury();
  params_->bury();
  for (const auto& clip : clips_) clip->bury();
  const size_t left = free_all_memory();
  if (left == 0) return;
  note({kMemoryNotFreed,
        "OfxActionDestroyInstance left " + std::to_string(left) + " blocks of image memory"});
}

Effect* Effect::from(const void* handle) {
  auto* effect = static_cast<Effect*>(const_cast<void*>(handle));
  return handle_alive(HandleKind::kEffect, effect) ? effect : nullptr;
}

Clip* Effect::define_clip(const std::string& name, OfxStatus* status) {
  *status = find_clip(name) ? kOfxStatErrExists : kOfxStatOK;
  if (*status != kOfxStatOK) return nullptr;
  clips_.push_back(std::make_unique<Clip>(this, name));
  return clips_.back().get();
}

Clip* Effect::find_clip(const std::string& name) {
  for (const auto& clip : clips_) {
    if (clip->name() == name) return clip.get();
  }
  return nullptr;
}

OfxStatus Effect::act(const std::string& action, PropertySet* in, PropertySet* out,
                      const std::shared_ptr<Call>& call) {
  auto lock = lock_for(*this, action, instance_lock_, plugin_->unsafe_lock());
  call->effect = this;
  call->action = action;
  {
    std::lock_guard<std::mutex> guard(mutex_);
    running_.push_back(call);
  }
  OfxStatus status;
  {
    CallScope scope(call);
    const size_t held = held_mutexes();
    status = plugin_->enter(action, handle(), in, out);
    if (const size_t left = give_up_mutexes(held)) {
      breach(kMutexLeftLocked, "left " + std::to_string(left) + " mutexes locked");
    }
    close_call(call);
  }
  return status;
}

// What every action must leave in order.  The one place to check a plug-in's manners.
void Effect::close_call(const std::shared_ptr<Call>& call) {
  for (const std::string& clip : call->take_back_all()) {
    breach(kImageNotReleased, "did not release an image of clip " + clip);
  }
  std::lock_guard<std::mutex> guard(mutex_);
  for (auto it = running_.begin(); it != running_.end(); ++it) {
    if (*it != call) continue;
    running_.erase(it);
    break;
  }
}

std::shared_ptr<Call> Effect::running_call() {
  const std::shared_ptr<Call> own = Call::current();
  if (own && own->effect == this) return own;
  std::lock_guard<std::mutex> guard(mutex_);
  return running_.empty() ? nullptr : running_.back();
}

double Effect::current_time() const {
  const std::shared_ptr<Call> call = Call::current();
  return call && call->effect == this && call->has_time ? call->time : time.load();
}

void Effect::param_edited_by_plugin(const std::string& name) {
  const std::shared_ptr<Call> call = Call::current();
  if (call && call->effect == this && call->action == kOfxImageEffectActionRender) {
    // the standard forbids it: nobody is told
    return breach(kParamSetInRender, "set parameter " + name);
  }
  std::lock_guard<std::mutex> guard(mutex_);
  plugin_edits_.push_back(name);
}

std::vector<std::string> Effect::take_plugin_edits() {
  std::lock_guard<std::mutex> guard(mutex_);
  std::vector<std::string> edits;
  edits.swap(plugin_edits_);
  return edits;
}

void Effect::add_message(const Message& message) {
  std::lock_guard<std::mutex> guard(mutex_);
  messages_.push_back(message);
  ++message_count_;
  if (messages_.size() > kKeptMessages) messages_.pop_front();
}

std::vector<Message> Effect::messages() {
  std::lock_guard<std::mutex> guard(mutex_);
  return {messages_.begin(), messages_.end()};
}

size_t Effect::message_count() {
  std::lock_guard<std::mutex> guard(mutex_);
  return message_count_;
}

void Effect::set_persistent(const Message& message) {
  std::lock_guard<std::mutex> guard(mutex_);
  persistent_ = message;
}

Message Effect::persistent() {
  std::lock_guard<std::mutex> guard(mutex_);
  return persistent_;
}

void Effect::note(const Breach& breach) {
  std::lock_guard<std::mutex> guard(mutex_);
  notes_.push_back(breach);
  if (notes_.size() > kKeptMessages) notes_.pop_front();
}

std::vector<Breach> Effect::notes() {
  std::lock_guard<std::mutex> guard(mutex_);
  return {notes_.begin(), notes_.end()};
}

void* Effect::allocate_memory(Effect* owner, size_t bytes) {
  auto memory = std::make_unique<ImageMemory>();
  memory->effect = owner;
  memory->data.reset(new (std::nothrow) char[bytes ? bytes : 1]);
  if (!memory->data) return nullptr;
  MemoryBook& book = memory_book();
  std::lock_guard<std::mutex> lock(book.mutex);
  book.blocks.insert(memory.get());
  return memory.release();
}

void* Effect::memory_data(void* handle) {
  MemoryBook& book = memory_book();
  std::lock_guard<std::mutex> lock(book.mutex);
  auto it = book.blocks.find(static_cast<ImageMemory*>(handle));
  return it == book.blocks.end() ? nullptr : (*it)->data.get();
}

bool Effect::free_memory(void* handle) {
  MemoryBook& book = memory_book();
  std::lock_guard<std::mutex> lock(book.mutex);
  auto it = book.blocks.find(static_cast<ImageMemory*>(handle));
  if (it == book.blocks.end()) {
    breach(kMemoryFreedTwice, "freed image memory that it does not have");
    return false;
  }
  delete *it;
  book.blocks.erase(it);
  return true;
}

}  // namespace pyopenfx
