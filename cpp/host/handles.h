// Which handles are alive, so that one that a plug-in kept too long is known for what it is.
#pragma once

#include <cstddef>

namespace pyopenfx {

enum class HandleKind { kProperties, kParam, kParamSet, kClip, kEffect, kMutex };

void handle_born(HandleKind kind, const void* handle);
// A handle may die twice: once for the plug-in, and with its object.
void handle_died(HandleKind kind, const void* handle);
// Whether a plug-in may use it.  A dead one is a breach of the contract by whoever is running.
bool handle_alive(HandleKind kind, const void* handle);

// Memory of objects behind handles: an address is not used again soon, so that a stale handle
// finds nobody else.
void* new_block(std::size_t bytes);
void retire_block(void* block);

}  // namespace pyopenfx
