// ofxPixels.h: this part of the OFX C ABI as facts, under the standard's own names.
// Field order is the ABI; literal strings are what hosts compare.
#ifndef ANATOMATTE_OFXPIXELS_H
#define ANATOMATTE_OFXPIXELS_H

#include "ofxCore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OfxRGBAColourB {
  unsigned char r;
  unsigned char g;
  unsigned char b;
  unsigned char a;
} OfxRGBAColourB;
typedef struct OfxRGBAColourS {
  unsigned short r;
  unsigned short g;
  unsigned short b;
  unsigned short a;
} OfxRGBAColourS;
typedef struct OfxRGBAColourF {
  float r;
  float g;
  float b;
  float a;
} OfxRGBAColourF;
typedef struct OfxRGBAColourD {
  double r;
  double g;
  double b;
  double a;
} OfxRGBAColourD;
typedef struct OfxRGBColourB {
  unsigned char r;
  unsigned char g;
  unsigned char b;
} OfxRGBColourB;
typedef struct OfxRGBColourS {
  unsigned short r;
  unsigned short g;
  unsigned short b;
} OfxRGBColourS;
typedef struct OfxRGBColourF {
  float r;
  float g;
  float b;
} OfxRGBColourF;
typedef struct OfxRGBColourD {
  double r;
  double g;
  double b;
} OfxRGBColourD;
typedef struct OfxYUVAColourB {
  unsigned char y;
  unsigned char u;
  unsigned char v;
  unsigned char a;
} OfxYUVAColourB;
typedef struct OfxYUVAColourS {
  unsigned short y;
  unsigned short u;
  unsigned short v;
  unsigned short a;
} OfxYUVAColourS;
typedef struct OfxYUVAColourF {
  float y;
  float u;
  float v;
  float a;
} OfxYUVAColourF;


#ifdef __cplusplus
}
#endif

#endif  // ANATOMATTE_OFXPIXELS_H
