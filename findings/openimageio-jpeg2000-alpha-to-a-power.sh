#!/bin/sh
# One expects: OpenImageIO hands out colours times alpha and writes them divided by it, the same way for every format whose
#   alpha is straight, so that a still converted from PNG to JPEG 2000 looks the same.
# What happens: for JPEG 2000 alone the factor is alpha to the power of 2.2. A straight colour of .8 under an alpha of .5 is
#   read as .17 (PNG, TIFF, Targa, WebP: .40); .1 times .5 is written as .46 (right: .20), and everything above .2176 at that
#   alpha is cut at 1. Reading back its own file undoes it, except for what was cut, and no word is said.
# Who is hurt: soft edges, hair and glass of elements and titles in JPEG 2000: a dark line around them when OpenImageIO reads
#   files of others, a bright one when others read files of OpenImageIO. Where alpha is 0 or 1 all is right.
# Instead: read with the hint oiio:UnassociatedAlpha = 1 and multiply yourself; to write, divide yourself and set the
#   same attribute on the spec.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import numpy as np
import OpenImageIO as oiio
from PIL import Image

alphas = (0, 64, 128, 192, 255)
straight = np.empty((64, 64, 4), np.uint8)
straight[...] = (204, 102, 51, 0)
straight[..., 3] = np.resize(alphas, 64)
alpha = np.array(alphas) / 255


def read(path, **hints):
    config = oiio.ImageSpec()
    for name, value in hints.items():
        config["oiio:" + name] = value
    return oiio.ImageInput.open(path, config).read_image(oiio.FLOAT)


print("OpenImageIO", oiio.VERSION_STRING, "- red of straight .8 by alpha", alpha.round(2).tolist())
for suffix in ("png", "tif", "tga", "webp", "jp2"):
    how = {"lossless": True, "exact": True} if suffix == "webp" else {}
    Image.fromarray(straight, "RGBA").save("still." + suffix, **how)
    red = read("still." + suffix)[0, :5, 0]
    print(f"  {suffix}: {[round(float(value), 3) for value in red]}")
    power = 2.2 if suffix == "jp2" else 1
    assert np.abs(red - 0.8 * alpha**power).max() < 0.006, suffix
assert np.abs(read("still.jp2", UnassociatedAlpha=1)[0, :5, 0] - 0.8).max() < 0.006

for told in (0, 1):
    pixels = np.full((64, 64, 4), (0.1, 0.1, 0.3, 0.5), np.float32)
    spec = oiio.ImageSpec(64, 64, 4, "uint16")
    if told:
        spec["oiio:UnassociatedAlpha"] = 1
        pixels[..., :3] /= pixels[..., 3:]
    out = oiio.ImageOutput.create("own.jp2")
    assert out.open("own.jp2", spec) and out.write_image(pixels) and out.close() and not out.geterror()
    stored = read("own.jp2", UnassociatedAlpha=1)[3, 3]
    back = read("own.jp2")[3, 3]
    print(f"  .1 and .3 times .5, told to be straight: {told}: stored {stored.round(3)[1:]}, back {back.round(3)[1:]}")
    want = (0.2, 0.6, 0.5) if told else (0.1 / 0.5**2.2, 1, 0.5)
    assert np.abs(stored[1:] - want).max() < 0.01, stored
PY
for version in 3.1.7.0 3.2.2.0; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check \
        "OpenImageIO==$version" numpy==2.4.6 pillow==13.0.0
    (cd "$work" && "$work/$version/bin/python" look.py)
done
echo "as described"
