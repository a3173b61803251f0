// The least that a test needs: CHECK says what was false and where, and the program fails.
#pragma once

#include <cstdio>
#include <string>

inline int& failures() {
  static int count = 0;
  return count;
}

#define CHECK(what)                                                           \
  do {                                                                        \
    if (!(what)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
      ++failures();                                                           \
    }                                                                         \
  } while (false)

#define CHECK_EQ(left, right)                                                      \
  do {                                                                             \
    const auto left_ = (left);                                                     \
    const auto right_ = (right);                                                   \
    if (!(left_ == right_)) {                                                      \
      std::fprintf(stderr, "%s:%d: %s is %s, not %s\n", __FILE__, __LINE__, #left, \
                   shown(left_).c_str(), shown(right_).c_str());                   \
      ++failures();                                                                \
    }                                                                              \
  } while (false)

inline std::string shown(const std::string& text) { return "\"" + text + "\""; }
inline std::string shown(const char* text) { return shown(std::string(text)); }
template <typename Number>
std::string shown(Number number) {
  return std::to_string(number);
}

inline int verdict(const char* name) {
  std::printf("%s: %s\n", name, failures() ? "FAILED" : "ok");
  return failures() ? 1 : 0;
}
