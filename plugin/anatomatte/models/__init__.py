"""What is known of networks: manifests, the catalogue, and the store of their files."""
