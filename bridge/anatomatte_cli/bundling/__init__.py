"""One folder with the node, its Python, its packages and its networks: it runs where nothing is installed."""
