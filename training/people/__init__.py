"""Synthetic people: body, pose, clothes, hair, worn and held things, rendered to layers with exact labels."""
