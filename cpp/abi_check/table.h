// What a set of OFX headers says: constants, sizes, and each field's place and type.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <typeinfo>

using Rows = std::map<std::string, std::string>;

inline void add(Rows& rows, const char* name, const char* text) { rows[name] = text; }
inline void add(Rows& rows, const char* name, int number) { rows[name] = std::to_string(number); }

template <typename T, size_t = sizeof(T)>
constexpr bool complete_or(int) {
  return true;
}
template <typename T>
constexpr bool complete_or(long) {
  return false;
}
// False for a struct that these headers do not have.
template <typename T>
constexpr bool is_complete() {
  return complete_or<T>(0);
}

#define ABI_SIZE(struct_name) rows[struct_name] = std::to_string(sizeof(T)) + " bytes"
#define ABI_FIELD(struct_name, field)           \
  rows[std::string(struct_name) + "." #field] = \
      "at " + std::to_string(offsetof(T, field)) + ", " + typeid(decltype(T::field)).name()
