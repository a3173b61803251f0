"""Shots: the sidecar of a plate, who is who in it from frame to frame, and how one frame obeys it.

`schema` is what a sidecar says, `reading` and `writing` its files, `migrating` its older versions, `store`
the ones that are in use; `likeness` tells whether a plate is the sidecar's; `looks`, `camera`, `tracks`,
`assignment` and `numbers` find who is who; `numbering` is what the engine does with it at one frame.
"""
