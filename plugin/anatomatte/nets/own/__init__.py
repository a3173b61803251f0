"""Our own networks and the published ones that are in the package, and the ensemble of them."""
