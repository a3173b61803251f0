"""Our own networks, and the published ones that are in the package."""
