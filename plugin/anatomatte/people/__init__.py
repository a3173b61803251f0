"""People in a plate: how the network looks at it, whose a pixel is, and the edge of their mattes."""
