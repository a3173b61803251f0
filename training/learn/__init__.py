"""Training: samples, losses, validation, sheets, checkpoints and the trainer itself."""
