// nuke/fnPublicOfxExtensions.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_NUKE_FNPUBLICOFXEXTENSIONS_H
#define ANATOMATTE_NUKE_FNPUBLICOFXEXTENSIONS_H

#include <ofxCore.h>

#ifdef __cplusplus
extern "C" {
#endif

#define kOfxParamPropLayoutHint "OfxParamPropLayoutHint"
#define kOfxParamPropLayoutHintNormal 0
#define kOfxParamPropLayoutHintDivider 1
#define kOfxParamPropLayoutHintNoNewLine 2
#define kOfxParamPropLayoutPadWidth "OfxParamPropLayoutPadWidth"
#define kOfxPropOverlayColour "OfxPropOverlayColour"
#define kOfxPropVersionLabel "OfxPropVersionLabel"
#define kOfxPropHostProductTitle "OfxPropHostProductTitle"
#define kOfxPropHostMajorVersion "OfxPropHostMajorVersion"
#define kOfxPropHostMinorVersion "OfxPropHostMinorVersion"
#define kOfxPropHostBuildVersion "OfxPropHostBuildVersion"
#define kFnOfxParamPropGroupIsTab "FnOfxParamPropGroupIsTab"

#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_NUKE_FNPUBLICOFXEXTENSIONS_H
