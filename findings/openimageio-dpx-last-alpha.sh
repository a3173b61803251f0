#!/bin/sh
# One expects: OpenImageIO reads from a DPX of 10 bits what it wrote, whatever the width, the same at every reading.
# What happens: three values share a word, and where a row of RGBA has one value in its last word (widths that leave 1 when
#   divided by 3: 4096, 1828, 1024, 640) that value, the last pixel's alpha, is not read: it is whatever the memory held
#   before. Nothing is said. The file is right (FFmpeg reads it), RGB, 12 and 16 bits are read right, and so are widths of 1920,
#   2048 and 3840. Where that memory held the same alpha, a trial with a constant one sees nothing.
# Who is hurt: mattes and elements of DCI 4K in DPX: a column at the right edge whose alpha is that of another frame or
#   nothing at all, which a blur, a resize or a distortion drags into the picture; renders of one frame that differ.
# Instead: write 12 or 16 bits, or add a column; or read the last word of each row from the file, as below.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import struct

import av
import numpy as np
import OpenImageIO as oiio

tall = 16
rng = np.random.default_rng(2)


def trial(wide, channels, bits):
    top = 2**bits - 1
    codes = rng.integers(1, top, (tall, wide, channels))
    spec = oiio.ImageSpec(wide, tall, channels, "uint16")
    spec["oiio:BitsPerSample"] = bits
    out = oiio.ImageOutput.create("frame.dpx")
    assert out.open("frame.dpx", spec), out.geterror()
    assert out.write_image((codes / top).astype(np.float32)) and out.close() and not out.geterror()
    source = oiio.ImageInput.open("frame.dpx")
    read = np.rint(source.read_image(oiio.FLOAT) * top).astype(int)
    assert not source.geterror()
    return codes, sorted({tuple(place) for place in np.argwhere(codes != read)[:, 1:].tolist()})


print("OpenImageIO", oiio.VERSION_STRING)
for channels, bits in ((4, 10), (3, 10), (4, 12), (4, 16)):
    for wide in (640, 1024, 1828, 1920, 2048, 3840, 4096):
        codes, wrong = trial(wide, channels, bits)
        lost = channels == 4 and bits == 10 and wide % 3 == 1
        if wrong or lost:
            print(f"  {channels} channels of {bits} bits, {wide} wide: wrong at (column, channel) {wrong}")
        assert wrong == ([(wide - 1, 3)] if lost else []), (channels, bits, wide, wrong)

codes, _ = trial(4096, 4, 10)
plane = next(av.open("frame.dpx").decode(video=0)).planes[3]
alpha = np.frombuffer(bytes(plane), "<u2").reshape(tall, -1)[:, :4096]
raw = open("frame.dpx", "rb").read()
order, start = "<" if raw[:4] == b"XPDS" else ">", 4
words = np.frombuffer(raw, order + "u4", offset=struct.unpack(order + "I", raw[4:8])[0]).reshape(tall, -1)
print("  FFmpeg and the words of the file have it:", alpha[:3, -1], words[:3, -1] >> 22, "written:", codes[:3, -1, 3])
assert np.array_equal(alpha, codes[..., 3]) and np.array_equal(words[:, -1] >> 22, codes[:, -1, 3])
PY
for version in 3.1.7.0 3.2.2.0; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check \
        "OpenImageIO==$version" numpy==2.4.6 av==18.1.0
    (cd "$work" && "$work/$version/bin/python" look.py)
done
echo "as described"
