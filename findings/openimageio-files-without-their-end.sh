#!/bin/sh
# One expects: a file that a copy broke off does not open, or fails when it is read; a reader that gives all pixels and
#   no error has read a whole file.
# What happens (OpenImageIO 3.2): a TIFF with a colour space has an Exif directory, and its own header is then written
#   once more behind the pixels. Without its last 20 or 500 bytes it opens, gives every pixel and says no error; what
#   the header named there is left out: of 500 bytes the description. A PNG without its last chunk is whole, too.
# Who is hurt: whoever asks the header whether a frame is there and whose it is: a frame of one's own becomes that of a
#   stranger; a profile that lay there is gone, and the picture is read in another encoding.
# Instead: hold what the file's tables name (tags, strips, chunks up to IEND) against its size.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check OpenImageIO==3.2.2.0 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import struct, sys
import numpy as np
import OpenImageIO as oiio

TEXT = "made by us " * 40
pixels = np.random.default_rng(1).random((60, 80, 4), dtype=np.float32)


def written(name, **more):
    """A picture that says who made it."""
    path, spec = f"{sys.argv[1]}/{name}", oiio.ImageSpec(80, 60, 4, "uint16")
    spec.attribute("ImageDescription", TEXT)
    for key, value in more.items():
        spec.attribute(key.replace("_", ":"), value)
    file = oiio.ImageOutput.create(path)
    assert file.open(path, spec) and file.write_image(pixels) and file.close()
    return path, open(path, "rb").read()


def seen(path, data, lost):
    """What comes of a file without its last bytes: are all pixels there, is there an error, what is said."""
    open(path, "wb").write(data)
    whole = oiio.ImageBuf(path).get_pixels("uint16")
    open(path, "wb").write(data[:-lost])
    file = oiio.ImageInput.open(path)
    if file is None:
        return "does not open"
    text = file.spec().getattribute("ImageDescription")
    read = file.read_image(0, 0, 0, 4, "uint16")
    said = "error" if file.geterror() else "no error"
    file.close()
    same = read is not None and np.array_equal(read, whole)
    return f"{'all' if same else 'not all'} pixels, {said}, the text is {'none' if text is None else 'there'}"


print("OpenImageIO", oiio.__version__)
plain, coded = written("plain.tif"), written("coded.tif", oiio_ColorSpace="sRGB")
for name, (_, data) in (("plain", plain), ("with a colour space", coded)):
    (at,) = struct.unpack("<I", data[4:8])
    print(f"TIFF {name}: {len(data)} bytes, its header begins at {at}")
    assert (at == 8) == (name == "plain"), "behaviour changed"
picture = written("a.png")
for name, (path, data), lost, wanted in (
    ("plain TIFF", plain, 20, "not all pixels, error, the text is there"),
    ("TIFF with a colour space", coded, 20, "all pixels, no error, the text is there"),
    ("TIFF with a colour space", coded, 500, "all pixels, no error, the text is none"),
    ("PNG", picture, 12, "all pixels, no error, the text is there"),
):
    told = seen(path, data, lost)
    print(f"{name} without its last {lost} bytes: {told}")
    assert told == wanted, "behaviour changed"
PY
