"""The batch library: sequences in, sequences out, through the same .ofx as the artist's node."""
