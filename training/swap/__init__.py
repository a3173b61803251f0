"""Two takes, of one head each, and the network that puts the face of the one into the other."""
