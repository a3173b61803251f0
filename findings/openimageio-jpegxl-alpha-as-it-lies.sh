#!/bin/sh
# One expects: OpenImageIO hands out colour times alpha and writes it so that others read the same picture (PNG, TIFF, WebP),
#   and a file of JPEG XL, which has words for both kinds of alpha and for all primaries, says what is in it.
# What happens: neither reading nor writing looks at alpha. A straight colour of .8 under .5 is read as .8, not .4, and no
#   attribute tells it from a premultiplied one; what is premultiplied is written as it is into a file that calls it
#   straight (jxlinfo: alpha_premultiplied 0), and `oiio:UnassociatedAlpha` changes nothing in either direction. Its own
#   files come back unchanged, so that a trial with itself shows nothing. A linear picture of other primaries
#   (lin_ap1_scene, ACEScg) is written as linear Rec.709 with the same numbers, and read back by that name. A file of
#   less than 128 bytes is "corrupt".
# Who is hurt: elements with hair and glass: bright fringes from files of others, dark ones in every other program from
#   files of OpenImageIO; ACEScg in JPEG XL is shown and converted as Rec.709, its colours too pale;
#   who waits for frames: an empty matte of HD by cjxl has 123 bytes.
# Instead: multiply after reading and divide before writing by yourself; convert to Rec.709 before writing, or keep to EXR.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import imagecodecs
import numpy as np
import OpenImageIO as oiio
from PIL import Image

straight = np.empty((64, 64, 4), np.uint8)
straight[...] = (204, 102, 51, 128)
straight[8:] = np.random.default_rng(0).integers(0, 256, (56, 64, 4))
Image.fromarray(straight, "RGBA").save("still.png")
with open("still.jxl", "wb") as file:
    file.write(imagecodecs.jpegxl_encode(straight, lossless=True))


def read(path, hint=0):
    config = oiio.ImageSpec()
    config["oiio:UnassociatedAlpha"] = hint
    source = oiio.ImageInput.open(path, config)
    return float(source.read_image(oiio.FLOAT)[3, 3, 0]), source.spec().getattribute("oiio:UnassociatedAlpha")


print("OpenImageIO", oiio.VERSION_STRING)
for suffix, wanted in (("png", [(0.4, None), (0.8, 1)]), ("jxl", [(0.8, None), (0.8, None)])):
    seen = [read("still." + suffix, hint) for hint in (0, 1)]
    print(f"  straight .8 under .5 in {suffix}: {seen[0][0]:.2f}, with the hint {seen[1][0]:.2f}, attribute {seen[1][1]}")
    assert all(abs(a[0] - b[0]) < 0.01 and a[1] == b[1] for a, b in zip(seen, wanted)), (suffix, seen)

for told in (0, 1):
    for suffix, decode, wanted in (
        ("png", lambda name: np.asarray(Image.open(name)), (0.8, 0.4)),
        ("jxl", lambda name: imagecodecs.jpegxl_decode(open(name, "rb").read()), (0.4, 0.4)),
    ):
        spec = oiio.ImageSpec(64, 64, 4, "uint8")
        spec["oiio:UnassociatedAlpha"] = told
        buffer = oiio.ImageBuf(spec)
        buffer.set_pixels(oiio.ROI(), np.full((64, 64, 4), (0.4, 0.2, 0.1, 0.5), np.float32))
        assert buffer.write("own." + suffix) and not buffer.geterror()
        stored = float(decode("own." + suffix)[3, 3, 0]) / 255
        print(f"  .4 under .5, told to be straight: {told}, in {suffix}: {stored:.2f}")
        assert abs(stored - wanted[told]) < 0.01, (suffix, stored)

for space, back in (("lin_rec709_scene",) * 2, ("lin_ap1_scene", "lin_rec709_scene"), ("pq_rec2020_display",) * 2):
    spec = oiio.ImageSpec(64, 64, 3, "float")
    spec["oiio:ColorSpace"] = space
    buffer = oiio.ImageBuf(spec)
    buffer.set_pixels(oiio.ROI(), np.full((64, 64, 3), (0.9, 0.1, 0.1), np.float32))
    assert buffer.write("own.jxl") and not buffer.geterror()
    found = oiio.ImageBuf("own.jxl")
    pixel = [round(float(value), 3) for value in found.getpixel(3, 3)]
    told = found.spec().getattribute("oiio:ColorSpace")
    print(f"  {space} is read as {told}, .9 .1 .1 as {pixel}")
    assert told == back and pixel == [0.9, 0.1, 0.1], (told, pixel)
empty = imagecodecs.jpegxl_encode(np.zeros((64, 64), np.uint8), lossless=True)
for content in (empty, empty.ljust(128, b"\0")):
    with open("empty.jxl", "wb") as file:
        file.write(content)
    opened = oiio.ImageInput.open("empty.jxl") is not None
    print(f"  an empty matte of {len(content)} bytes opens: {opened}", oiio.geterror())
    assert opened == (len(content) >= 128)
print("as described")
PY
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    OpenImageIO==3.2.2.0 imagecodecs==2026.3.6 numpy==2.4.6 pillow==13.0.0
cd "$work"
venv/bin/python look.py
