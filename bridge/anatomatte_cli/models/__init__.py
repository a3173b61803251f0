"""What `anatomatte models` does."""
