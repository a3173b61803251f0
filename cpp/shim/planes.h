// Extra planes: one matte each, for the hosts that have layers (Natron).
#pragma once

#include <string>
#include <vector>

#include "engine_api.h"
#include "suites.h"

namespace anatomatte {

class Instance;

// Whether this host has planes.  Elsewhere nothing of them may be declared.
bool planes_are_offered();

void describe_planes(const Properties& effect);

// GetClipComponents: the planes that Output makes (always the same ones, and each part of each
// person where the node is told to offer them), and what it needs.
OfxStatus clip_components(const Instance& node, const Properties& in, const Properties& out);

// The planes that a render asks for, as the host spells them; the picture alone where it does not.
std::vector<std::string> planes_wanted(const Properties& args);

// How many channels a plane's string names; 0 when it is none of ours.
int plane_channels(const std::string& plane);

// Turns the values of a frame into those that render this plane's matte in every channel.  The
// colour plane stays as it is.  Raises Failure for a plane that the node does not make.
void select_plane(const std::string& plane, std::vector<AnmValue>* values);

}  // namespace anatomatte
