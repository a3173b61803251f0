"""The screen keyer: a screen model, a matte, an unmixed foreground.  numpy and OpenCV only.

The key signal follows the colour-difference idea of P. Vlahos (US patent 3,158,477, expired);
the screen is modelled as a surface over the frame, so that the matte is measured against the
screen at each pixel.
"""
