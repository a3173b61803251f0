"""Networks of others, each in a process of its own that may compute and nothing else."""
