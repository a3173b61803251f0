"""Pictures for training: backgrounds, composition of people over them, and what a camera does to light."""
