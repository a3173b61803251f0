"""M2FP from its published files, on torch and numpy alone."""
