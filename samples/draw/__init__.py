"""The drawer of the sample shot: a figure of distance fields, strands of hair, a lit screen, a camera."""
