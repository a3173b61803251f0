"""People in a plate: multi-scale inference, instances, parts, selection, and the edge of their mattes."""
