"""Faces: evidence of them, whose they are, and their replacement, which needs a consent note."""
