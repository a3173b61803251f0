// ofxDialog.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_OFXDIALOG_H
#define ANATOMATTE_OFXDIALOG_H

#include "ofxCore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OfxDialogSuiteV1 {
  OfxStatus (*RequestDialog)(void *user_data);
  OfxStatus (*NotifyRedrawPending)(void);
} OfxDialogSuiteV1;

#define kOfxDialogSuite "OfxDialogSuite"
#define kOfxActionDialog "OfxActionDialog"

#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_OFXDIALOG_H
