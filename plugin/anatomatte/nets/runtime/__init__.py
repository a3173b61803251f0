"""Files of networks, fed and read as their manifests say."""
