"""A stand-in for the engine behind the node: the tests of the border import it in its place."""
