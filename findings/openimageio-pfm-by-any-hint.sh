#!/bin/sh
# One expects: OpenImageIO turns a PFM, whose rows lie bottom to top, so that row 0 is the top; its page says that this is the
#   default of `pnm:pfmflip`. A hint for something else changes nothing, and what was written comes back upright.
# What happens: the default counts only when a hint is given, any hint. `ImageBuf(path)` and `ImageInput.open(path)` read
#   every PFM upside down; with a hint that has nothing to do with it (oiio:UnassociatedAlpha = 1) it is upright. Float pixels
#   are written bottom to top, so one's own file comes back upside down; an ImageBuf of half pixels is written top to bottom,
#   so that it comes back upright and everybody else has it upside down: the trial that looks right is the one that is wrong.
# Who is hurt: maps of depth, motion and disparity are PFM for many networks and data sets: a comp by depth, or a warp, that
#   is turned over, depending on which call a script used.
# Instead: give `pnm:pfmflip` = 1 to every reader, write float pixels (`buffer.set_write_format` does not help, copy them), and
#   look at one pixel of the top row in another program.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import av
import numpy as np
import OpenImageIO as oiio

wide, tall = 8, 4
upright = np.arange(wide * tall, dtype="<f4").reshape(tall, wide) / 32
with open("map.pfm", "wb") as file:
    file.write(b"Pf\n%d %d\n-1.0\n" % (wide, tall) + upright[::-1].tobytes())


def lies(rows):
    return {True: "upright", False: "upside down"}[np.array_equal(rows, upright)] if rows[0, 0] in (0, 0.75) else "?"


def hinted(**hints):
    config = oiio.ImageSpec()
    for name, value in hints.items():
        config[name.replace("__", ":")] = value
    return lies(oiio.ImageInput.open("map.pfm", config).read_image(oiio.FLOAT)[..., 0])


def others():
    return lies(next(av.open("map.pfm").decode(video=0)).to_ndarray())


def plain():
    return lies(oiio.ImageBuf("map.pfm").get_pixels(oiio.FLOAT)[..., 0])


seen = {
    "FFmpeg": others(),
    "ImageBuf": plain(),
    "ImageInput": lies(oiio.ImageInput.open("map.pfm").read_image(oiio.FLOAT)[..., 0]),
    "with oiio:UnassociatedAlpha": hinted(oiio__UnassociatedAlpha=1),
    "with pnm:pfmflip 1": hinted(pnm__pfmflip=1),
}
for kind in ("float", "half"):
    buffer = oiio.ImageBuf(oiio.ImageSpec(wide, tall, 1, kind))
    buffer.set_pixels(oiio.ROI(), upright[..., None].astype(np.float32))
    assert buffer.write("map.pfm") and not buffer.geterror()
    seen[f"written from {kind}, read back"] = plain()
    seen[f"written from {kind}, read by FFmpeg"] = others()
print("OpenImageIO", oiio.VERSION_STRING)
for how, what in seen.items():
    print(f"  {how}: {what}")
up, down = "upright", "upside down"
assert list(seen.values()) == [up, down, down, up, up, down, up, up, down], seen
PY
for version in 3.1.7.0 3.2.2.0; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check \
        "OpenImageIO==$version" numpy==2.4.6 av==18.1.0
    (cd "$work" && "$work/$version/bin/python" look.py)
done
echo "as described"
