"""Networks of others beside our own: which are asked, and what they change."""
