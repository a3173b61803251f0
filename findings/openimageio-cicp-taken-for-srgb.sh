#!/bin/sh
# One expects: OpenImageIO's `oiio:ColorSpace` of a PNG with a cICP chunk is that of its codes (ITU-T H.273), or
#   nothing where it knows no name for them; pixels of a narrow-range file (flag 0) become 0 to 1.
# What happens: codes without a name of its own are called srgb_rec709_scene: BT.709's curve with BT.2020's
#   primaries (9, 1), BT.2020's own codes (9, 14 and 9, 15), a log curve (1, 9), even a reserved code (1, 255).
#   The range flag changes nothing: legal white of 8 bits is read as .9216.
# Who is hurt: whoever decodes by `oiio:ColorSpace`: video frames saved as PNG are decoded by another curve.
# Instead: read the attribute `CICP` yourself: the second number is the transfer code, the fourth the range.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet OpenImageIO==3.2.2.0 numpy==2.4.6
"$work/venv/bin/python" - "$work/a.png" <<'PY'
import struct, sys, zlib
import OpenImageIO as oiio

def png(path, cicp):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes([235] * 48) for _ in range(9))
    body = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 9, 8, 2, 0, 0, 0)) + chunk(b"cICP", bytes(cicp))
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

path = sys.argv[1]
print("OpenImageIO", oiio.VERSION_STRING)
found = {}
for codes in ((1, 1), (9, 1), (9, 14), (9, 15), (1, 9), (1, 255)):
    png(path, (*codes, 0, 1))
    spec = oiio.ImageInput.open(path).spec()
    found[codes] = spec.getattribute("oiio:ColorSpace")
    print(f"primaries {codes[0]}, transfer {codes[1]}: CICP = {spec.getattribute('CICP')}, {found[codes]}")
png(path, (1, 1, 0, 0))
white = float(oiio.ImageBuf(path).get_pixels(oiio.FLOAT)[0, 0, 0])
print(f"narrow range, code 235: {white:.4f}")
assert found.pop((1, 1)) == "g24_rec709_display"
sys.exit(0 if set(found.values()) == {"srgb_rec709_scene"} and abs(white - 235 / 255) < 1e-4 else 1)
PY
