// ofxMemory.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_OFXMEMORY_H
#define ANATOMATTE_OFXMEMORY_H

#include "ofxCore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OfxMemorySuiteV1 {
  OfxStatus (*memoryAlloc)(void *handle, size_t nBytes, void **allocatedData);
  OfxStatus (*memoryFree)(void *allocatedData);
} OfxMemorySuiteV1;

#define kOfxMemorySuite "OfxMemorySuite"

#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_OFXMEMORY_H
