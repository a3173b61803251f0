// nuke/fnOfxExtensions.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_NUKE_FNOFXEXTENSIONS_H
#define ANATOMATTE_NUKE_FNOFXEXTENSIONS_H

#include <ofxCore.h>
#include <ofxImageEffect.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct FnOfxImageEffectPlaneSuiteV1 {
  OfxStatus (*clipGetImagePlane)(OfxImageClipHandle clip, OfxTime time, const char *plane, const OfxRectD *region, OfxPropertySetHandle *imageHandle);
} FnOfxImageEffectPlaneSuiteV1;
typedef struct FnOfxImageEffectPlaneSuiteV2 {
  OfxStatus (*clipGetImagePlane)(OfxImageClipHandle clip, OfxTime time, int view, const char *plane, const OfxRectD *region, OfxPropertySetHandle *imageHandle);
  OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle clip, OfxTime time, int view, OfxRectD *bounds);
  OfxStatus (*getViewName)(OfxImageEffectHandle effect, int view, const char **viewName);
  OfxStatus (*getViewCount)(OfxImageEffectHandle effect, int *nViews);
} FnOfxImageEffectPlaneSuiteV2;

#define kFnOfxImageComponentMotionVectors "uk.co.thefoundry.OfxImageComponentMotionVectors"
#define kFnOfxImageComponentStereoDisparity "uk.co.thefoundry.OfxImageComponentStereoDisparity"
#define kFnOfxImagePlaneForwardMotionVector "uk.co.thefoundry.OfxImagePlaneForwardMotionVector"
#define kFnOfxImagePlaneBackwardMotionVector "uk.co.thefoundry.OfxImagePlaneBackMotionVector"
#define kFnOfxImagePlaneColour "uk.co.thefoundry.OfxImagePlaneColour"
#define kFnOfxImagePlaneStereoDisparityLeft "uk.co.thefoundry.OfxImagePlaneStereoDisparityLeft"
#define kFnOfxImagePlaneStereoDisparityRight "uk.co.thefoundry.OfxImagePlaneStereoDisparityRight"
#define kFnOfxImageEffectPropMultiPlanar "uk.co.thefoundry.OfxImageEffectPropMultiPlanar"
#define kFnOfxImageEffectPropPassThroughComponents "uk.co.thefoundry.OfxImageEffectPropPassThroughComponents"
#define kFnOfxImageEffectPropComponentsPresent "uk.co.thefoundry.OfxImageEffectClipPropPlanesPresent"
#define kOfxImageEffectPropRenderAllPlanes "OfxImageEffectPropRenderAllPlanes"
#define kOfxImageEffectPropRenderPlanes "OfxImageEffectPropRenderPlanes"
#define kOfxImageEffectPropIdentityPlane "OfxImageEffectPropIdentityPlane"
#define kFnOfxImageEffectActionGetClipComponents "uk.co.thefoundry.OfxImageEffectActionGetClipComponents"
#define kFnOfxImageEffectPropPassThroughClip "uk.co.thefoundry.ImageEffectPropPassThroughClip"
#define kFnOfxImageEffectPropPassThroughTime "uk.co.thefoundry.ImageEffectPropPassThroughTime"
#define kFnOfxImageEffectPropPassThroughView "uk.co.thefoundry.ImageEffectPropPassThroughView"
#define kFnOfxImageEffectActionGetClipComponentsPropString "uk.co.thefoundry.OfxNeededComp_"
#define kFnOfxImageEffectPropViewAware "uk.co.thefoundry.OfxImageEffectPropViewAware"
#define kFnOfxImageEffectPropViewInvariance "uk.co.thefoundry.OfxImageEffectPropViewInvariance"
#define kFnOfxImageEffectActionGetFrameViewsNeeded "uk.co.thefoundry.OfxImageEffectActionGetFrameViewsNeeded"
#define kFnOfxImageEffectPropView "uk.co.thefoundry.OfxImageEffectPropView"
#define kFnOfxParamTypeViewChooser "uk.co.thefoundry.OfxParamTypeViewChooser"
#define kFnOfxParamTypeViewPair "uk.co.thefoundry.OfxParamTypeViewPair"
#define kFnOfxImageEffectPlaneSuite "uk.co.thefoundry.FnOfxImageEffectPlaneSuite"
#define kFnOfxImageEffectCanTransform "FnOfxImageEffectCanTransform"
#define kFnOfxImageEffectActionGetTransform "uk.co.thefoundry.FnOfxImageEffectActionGetTransform"
#define kFnOfxPropMatrix2D "FnOfxPropMatrix2D"

#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_NUKE_FNOFXEXTENSIONS_H
