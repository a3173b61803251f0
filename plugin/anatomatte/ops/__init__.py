"""Pure functions of pixels: float32 in, float32 out, nothing remembered."""
