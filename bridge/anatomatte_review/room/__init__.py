"""The review room: shots of the server's folder looked at, mended and accepted, in their sidecars.

`plates` finds shots below the root, `ledger` is a sidecar on the disk with undo, `screening` renders what is
looked at, `room` brings them together for one shot, `rooms` holds those that are open, `told` is what a
page is told of one and `export` what is taken out.
"""
