// ofxDrawSuite.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_OFXDRAWSUITE_H
#define ANATOMATTE_OFXDRAWSUITE_H

#include "ofxCore.h"
#include "ofxPixels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OfxDrawContext *OfxDrawContextHandle;
typedef enum OfxStandardColour
{
  kOfxStandardColourOverlayBackground,
  kOfxStandardColourOverlayActive,
  kOfxStandardColourOverlaySelected,
  kOfxStandardColourOverlayDeselected,
  kOfxStandardColourOverlayMarqueeFG,
  kOfxStandardColourOverlayMarqueeBG,
  kOfxStandardColourOverlayText
} OfxStandardColour;
typedef enum OfxDrawLineStipplePattern
{
  kOfxDrawLineStipplePatternSolid,
  kOfxDrawLineStipplePatternDot,
  kOfxDrawLineStipplePatternDash,
  kOfxDrawLineStipplePatternAltDash,
  kOfxDrawLineStipplePatternDotDash
} OfxDrawLineStipplePattern;
typedef enum OfxDrawPrimitive
{
  kOfxDrawPrimitiveLines,
  kOfxDrawPrimitiveLineStrip,
  kOfxDrawPrimitiveLineLoop,
  kOfxDrawPrimitiveRectangle,
  kOfxDrawPrimitivePolygon,
  kOfxDrawPrimitiveEllipse
} OfxDrawPrimitive;
typedef enum OfxDrawTextAlignment
{
  kOfxDrawTextAlignmentLeft = 0x0001,
  kOfxDrawTextAlignmentRight = 0x0002,
  kOfxDrawTextAlignmentTop = 0x0004,
  kOfxDrawTextAlignmentBottom = 0x0008,
  kOfxDrawTextAlignmentBaseline = 0x0010,
  kOfxDrawTextAlignmentCenterH = kOfxDrawTextAlignmentLeft | kOfxDrawTextAlignmentRight,
  kOfxDrawTextAlignmentCenterV = kOfxDrawTextAlignmentTop | kOfxDrawTextAlignmentBaseline
} OfxDrawTextAlignment;

typedef struct OfxDrawSuiteV1 {
  OfxStatus (*getColour)(OfxDrawContextHandle context, OfxStandardColour std_colour, OfxRGBAColourF *colour);
  OfxStatus (*setColour)(OfxDrawContextHandle context, const OfxRGBAColourF *colour);
  OfxStatus (*setLineWidth)(OfxDrawContextHandle context, float width);
  OfxStatus (*setLineStipple)(OfxDrawContextHandle context, OfxDrawLineStipplePattern pattern);
  OfxStatus (*draw)(OfxDrawContextHandle context, OfxDrawPrimitive primitive, const OfxPointD *points, int point_count);
  OfxStatus (*drawText)(OfxDrawContextHandle context, const char *text, const OfxPointD *pos, int alignment);
} OfxDrawSuiteV1;

#define kOfxDrawSuite "OfxDrawSuite"
#define kOfxInteractPropDrawContext "OfxInteractPropDrawContext"

#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_OFXDRAWSUITE_H
