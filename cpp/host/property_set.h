// PropertySet: named, typed, dimensioned values behind an OfxPropertySetHandle.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "ofxCore.h"
#include "ofxProperty.h"

namespace pyopenfx {

// The order is the order of PropValue's alternatives.
enum class PropType { kInt, kDouble, kString, kPointer };
using PropValue = std::variant<int, double, std::string, void*>;

// One property as the standard types it.  A dimension of 0 lets it hold any number of values.
struct PropSpec {
  const char* name;
  PropType type;
  int dimension;
  std::vector<PropValue> values;
};

class PropertySet {
 public:
  PropertySet();
  PropertySet(const PropertySet& other);
  PropertySet& operator=(const PropertySet&) = delete;
  virtual ~PropertySet();

  // The set behind a handle; null when the handle is null or no property set (any more).
  static PropertySet* from(OfxPropertySetHandle handle);
  OfxPropertySetHandle handle() { return reinterpret_cast<OfxPropertySetHandle>(this); }

  void define(const PropSpec& spec);
  void define(const std::vector<PropSpec>& specs);
  bool has(const std::string& name) const;
  std::vector<std::string> names() const;

  // What plug-ins do through the suite: OFX status codes.
  OfxStatus set(const char* name, int index, PropValue value);
  OfxStatus set_all(const char* name, std::vector<PropValue> values);
  OfxStatus reset(const char* name);
  OfxStatus dimension(const char* name, int* count) const;
  // Copies `count` values from `index` on.
  OfxStatus get(const char* name, PropType type, int index, int count, PropValue* out) const;
  // The text stays where it is until the property changes.
  OfxStatus get_text(const char* name, int index, char** out) const;

  // What the host does itself: absent properties read as the fallback and may be made by writing.
  int integer(const std::string& name, int fallback = 0, int index = 0) const;
  double number(const std::string& name, double fallback = 0, int index = 0) const;
  std::string text(const std::string& name, const std::string& fallback = "", int index = 0) const;
  void* pointer(const std::string& name) const;
  std::vector<PropValue> values(const std::string& name) const;
  PropType type(const std::string& name) const;
  void put(const std::string& name, std::vector<PropValue> values);
  void remove(const std::string& name);  // and it stays away, whatever the host writes
  void pin(const std::string& name);     // what plug-ins write to it is lost without a word
  void bury() const;                     // plug-ins may use it no more

 private:
  struct Property {
    PropType type;
    int dimension;
    std::vector<PropValue> values;
    std::vector<PropValue> defaults;
  };
  const Property* find(const std::string& name) const;
  Property* find(const std::string& name);

  mutable std::mutex mutex_;
  std::map<std::string, Property> properties_;
  std::set<std::string> absent_, pinned_;
};

const OfxPropertySuiteV1* property_suite();

}  // namespace pyopenfx
