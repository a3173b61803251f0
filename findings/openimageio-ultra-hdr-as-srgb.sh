#!/bin/sh
# One expects: a JPEG of a phone has 8 bits, three channels and the encoding that its profile says, and OpenImageIO's
#   `oiio:ColorSpace` says it, too; a gain map for HDR screens behind it (Ultra HDR, ISO 21496-1) is left out, as Pillow,
#   OpenCV and FFmpeg do, or told.
# What happens: the wheel of OpenImageIO 3.2 has libultrahdr, multiplies the map in and gives scene-linear light: half, four
#   channels with an alpha of 1 that no file holds, above 1 where the photo is bright. `oiio:ColorSpace` still says
#   srgb_rec709_scene, and no attribute says that a map was used.
# Who is hurt: whoever decodes as told: the middle of the scale is taken for a shadow, and a photo from an Android phone is
#   keyed, graded or shown with a sixth of its light, one without a map beside it rightly. As a matte its alpha of 1 counts. What
#   Pillow reads as a texture is another picture than what OpenImageIO reads.
# Instead: ask `spec.format`: half of a JPEG is linear; for the picture of usual screens hand over the bytes up to the end
#   of the first JPEG (FF D9) alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  OpenImageIO==3.2.2.0 imagecodecs==2026.3.6 pillow==13.0.0 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import sys

import imagecodecs
import numpy as np
import OpenImageIO as oiio
from PIL import Image

path = sys.argv[1] + "/photo.jpg"
light = np.full((64, 64, 4), 1.0, np.float16)
light[:, :32, :3], light[:, 32:, :3] = 0.18, 2.0  # mid grey beside a lamp
open(path, "wb").write(imagecodecs.ultrahdr_encode(light))
print("OpenImageIO", oiio.VERSION_STRING, "libultrahdr by imagecodecs", imagecodecs.__version__)

base = np.asarray(Image.open(path))
print("Pillow:     ", base.dtype, base.shape, "grey", round(float(base[32, 8, 1]) / 255, 3))
source = oiio.ImageInput.open(path)
spec = source.spec()
pixels = source.read_image("float")
told = spec.get_string_attribute("oiio:ColorSpace")
names = [one.name for one in spec.extra_attribs if "gain" in one.name.lower() or "hdr" in one.name.lower()]
print("OpenImageIO:", spec.format, pixels.shape, "grey", round(float(pixels[32, 8, 1]), 3), "lamp",
      round(float(pixels[32, 56, 1]), 3), "said to be", told, "; of a gain map it says", names)
linear = abs(pixels[32, 8, 1] - 0.18) < 0.03 and pixels[32, 56, 1] > 1.5
good = base.shape == (64, 64, 3) and base[32, 8, 1] / 255 > 0.35
same = str(spec.format) == "half" and spec.nchannels == 4 and told.startswith("srgb") and not names
sys.exit(0 if linear and good and same else "another behaviour than was found")
PY
"$work/venv/bin/python" "$work/look.py" "$work"
