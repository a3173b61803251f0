"""Networks: one a file. Only modules of this package and above it import torch."""
