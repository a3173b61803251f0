#!/bin/sh
# One expects: OpenImageIO's `oiio:ColorSpace` of a PNG says how the file is encoded; the PNG standard (third
#   edition, 4.3) ranks cICP before iCCP before sRGB before gAMA.
# What happens: an ICC profile is kept (`ICCProfile`) and not looked at. A PNG whose profile has a linear curve is
#   called srgb_rec709_scene, and a gAMA beside a profile wins over it.
# Who is hurt: whoever decodes by `oiio:ColorSpace`: linear pictures are decoded twice, mid grey .5 becomes .21.
# Instead: where `ICCProfile` is there and no CICP, read the profile's tone curve (rTRC or kTRC) yourself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet OpenImageIO==3.2.2.0 numpy==2.4.6 pillow==13.0.0
"$work/venv/bin/python" - "$work/a.png" <<'PY'
import struct, sys, zlib
import OpenImageIO as oiio
from PIL import Image, ImageCms

def profile(curve):
    """A matrix profile with sRGB's primaries and this curve."""
    xyz = lambda *v: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(n * 65536) for n in v))
    tags = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", 7) + b"linear\0" + bytes(79)), (b"wtpt", xyz(.9642, 1, .8249)),
            (b"rXYZ", xyz(.4361, .2225, .0139)), (b"gXYZ", xyz(.3851, .7169, .0971)), (b"bXYZ", xyz(.1431, .0606, .7141)),
            (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    table, body, at = b"", b"", 132 + 12 * len(tags)
    for name, data in tags:
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body

def png(path, *chunks):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes([128] * 48) for _ in range(9))
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 9, 8, 2, 0, 0, 0)), *(chunk(*one) for one in chunks)]
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

path = sys.argv[1]
linear = b"curv" + bytes(8)  # no entries: the identity
icc = (b"iCCP", b"x\0\0" + zlib.compress(profile(linear), 0))
gama = (b"gAMA", struct.pack(">I", 45455))
print("OpenImageIO", oiio.VERSION_STRING)
found = []
for title, chunks in (("linear profile", [icc]), ("linear profile, gAMA 1/2.2", [icc, gama])):
    png(path, *chunks)
    spec = oiio.ImageInput.open(path).spec()
    assert spec.getattribute("ICCProfile") is not None
    found.append(spec.getattribute("oiio:ColorSpace"))
    print(f"{title}: oiio:ColorSpace = {found[-1]}")
picture = Image.open(path)
import io
given = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
seen = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB")).getpixel((0, 0))
print(f"LittleCMS shows code 128 of it as sRGB {seen} (188 is linear .5)")
assert 186 <= seen[0] <= 190, seen
sys.exit(0 if found == ["srgb_rec709_scene", "g22_rec709_scene"] else 1)
PY
