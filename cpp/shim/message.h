// What is said to the artist through the host.
#pragma once

#include <string>

#include "ofxImageEffect.h"

namespace anatomatte {

// A sentence as a format that takes no arguments: every % doubled.  The suite is printf-like, but
// Natron passes the arguments on as one va_list to a function with dots, where "%s" prints the
// bytes of that list; a sentence that is the format itself arrives whole in every host.
std::string as_format(const std::string& sentence);

// Shows a sentence once; false where the host has no way to.
bool show_message(OfxImageEffectHandle effect, const char* type, const char* id,
                  const std::string& sentence);

// Puts up a sentence that stays until it is cleared; false where the host has no such thing.
bool set_persistent_message(OfxImageEffectHandle effect, const char* id,
                            const std::string& sentence);
void clear_persistent_message(OfxImageEffectHandle effect);

}  // namespace anatomatte
