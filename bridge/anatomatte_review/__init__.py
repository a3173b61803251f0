"""`anatomatte serve`: a page and an HTTP service over one warm cutter, for people without a compositor.

Importing this package loads neither the web framework nor image libraries nor networks.
"""
