"""Sapiens2's segmentation and matting of people, from their published files, on torch alone."""
