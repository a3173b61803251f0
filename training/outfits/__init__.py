"""The outfit head: labelled crops of drawn people, and its training on the published trunk's features."""
