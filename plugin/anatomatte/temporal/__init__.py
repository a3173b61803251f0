"""Frames beside each other: how the picture moved between them, and evidence that is steady along it."""
