#include "told.h"

#include <cstdio>
#include <cstring>

#include "suites.h"
#include "table.h"

namespace anatomatte {
namespace {

// A text of the engine's account, which is a flat enough JSON object: none of its texts that the
// node reads has quotes in it.
std::string text_of(const std::string& account, const std::string& name) {
  const std::string head = "\"" + name + "\": \"";
  const size_t begin = account.find(head);
  if (begin == std::string::npos) return "";
  const size_t end = account.find('"', begin + head.size());
  if (end == std::string::npos) return "";
  return account.substr(begin + head.size(), end - begin - head.size());
}

// Where the name of a control ends that begins at a place of a text; npos where none does.
size_t end_of_name(const std::string& text, size_t at) {
  for (const Control& control : kControls) {
    const size_t length = std::strlen(control.name);
    const char after = at + length < text.size() ? text[at + length] : '\0';
    if (text.compare(at, length, control.name) == 0 && (after == ')' || after == '=')) {
      return at + length;
    }
  }
  return std::string::npos;
}

}  // namespace

std::string in_labels(const std::string& sentence) {
  if (host_facts().ours) return sentence;  // there, scripts read it
  std::string made;
  size_t at = 0;
  while (at < sentence.size()) {
    const bool opens = sentence.compare(at, 2, " (") == 0;
    const size_t name = opens ? end_of_name(sentence, at + 2) : std::string::npos;
    const size_t closed = name == std::string::npos ? name : sentence.find(')', name);
    if (closed == std::string::npos) {
      made += sentence[at++];
    } else {
      at = closed + 1;
    }
  }
  return made;
}

void Told::made(OfxTime time, const std::string& said) {
  const size_t line = said.find('\n');
  const std::lock_guard<std::mutex> lock(mutex_);
  account_ = said.substr(0, line);
  lines_ = line == std::string::npos ? "" : in_labels(said.substr(line + 1));
  if (failed_at_ == time) failure_.clear();
}

void Told::failed(OfxTime time, const std::string& sentence) {
  char frame[48];
  std::snprintf(frame, sizeof(frame), "Frame %g failed: ", time);
  const std::lock_guard<std::mutex> lock(mutex_);
  failure_ = frame + sentence;
  failed_at_ = time;
}

std::string Told::account() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return account_;
}

std::string Told::kept_decision() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return text_of(account_, "screen_kept");
}

std::string Told::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool both = !failure_.empty() && !lines_.empty();
  return failure_ + (both ? "\n" : "") + lines_;
}

}  // namespace anatomatte
