// ofxTimeLine.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_OFXTIMELINE_H
#define ANATOMATTE_OFXTIMELINE_H

#include "ofxCore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OfxTimeLineSuiteV1 {
  OfxStatus (*getTime)(void *instance, double *time);
  OfxStatus (*gotoTime)(void *instance, double time);
  OfxStatus (*getTimeBounds)(void *instance, double *firstTime, double *lastTime);
} OfxTimeLineSuiteV1;

#define kOfxTimeLineSuite "OfxTimeLineSuite"

#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_OFXTIMELINE_H
