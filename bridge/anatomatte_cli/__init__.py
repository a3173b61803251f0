"""The farm's door: sequences in, sequences out, through the same .ofx as the artist's node.

Importing this package, and ``anatomatte --help``, loads neither image libraries nor networks.
"""
