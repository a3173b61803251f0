#!/bin/sh
# One expects: a header's text that OpenImageIO's Python gives can be given back: `spec.attribute(a.name, a.value)`.
# What happens: text that is no UTF-8 (Artist, Copyright and comments of older cameras and tools are Latin-1) comes as
#   a str with halves of surrogates, and `ImageSpec.attribute` answers it with a RuntimeError out of C++
#   ("construction from null", or "std::bad_cast" where the type is given).
# Who is hurt: whoever carries metadata from file to file: one accent in a name ends the run.
# Instead: before writing, `text.encode("utf-8", "surrogateescape").decode("latin-1")` where it does not encode.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet OpenImageIO==3.2.2.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
import numpy as np
import OpenImageIO as oiio

spec = oiio.ImageSpec(16, 9, 3, "uint8")
spec.attribute("Artist", "Cafe Noir")
sink = oiio.ImageOutput.create("a.jpg")
assert sink.open("a.jpg", spec) and sink.write_image(np.zeros((9, 16, 3), np.uint8)) and sink.close()
whole = open("a.jpg", "rb").read()
open("a.jpg", "wb").write(whole.replace(b"Cafe", b"Caf\xe9"))

print("OpenImageIO", oiio.VERSION_STRING)
read = oiio.ImageInput.open("a.jpg").spec()
(artist,) = [one.value for one in read.extra_attribs if one.name == "Artist"]
print("Artist reads", ascii(artist))
fresh = oiio.ImageSpec(16, 9, 3, "uint8")
try:
    fresh.attribute("Artist", artist)
except RuntimeError as why:
    print("giving it back: RuntimeError:", why)
    fresh.attribute("Artist", artist.encode("utf-8", "surrogateescape").decode("latin-1"))
    print("as Latin-1:", fresh.getattribute("Artist"))
    sys.exit(0 if artist == "Caf\udce9 Noir" else 1)
print("giving it back worked")
sys.exit(1)
PY
