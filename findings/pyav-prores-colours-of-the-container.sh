#!/bin/sh
# One expects: colours that are set on PyAV's stream are those of the file, and who
#   reads the file with FFmpeg sees what its `colr` atom says, as of H.264.
# What happens: ProRes has a place for them in each picture. The encoder fills it from the frame, the muxer fills the atom
#   from the stream; pixels are converted by the frame's. So with a stream tagged Rec.709 the atom says 709, the picture
#   says nothing, and the code values are Rec.601's. The decoder then puts the picture's "nothing" over the atom's word:
#   a plate whose atom says PQ and BT.2020 is "unspecified" from its first picture on, in `frame` and in
#   `stream.codec_context`, which said it right until then. Of H.264 the atom's word stays.
# Who is hurt: HDR masters in ProRes are taken for Rec.709 without a word; a file of PyAV looks right in PyAV, and its
#   reds are off in QuickTime, Nuke and Resolve, which go by the atom.
# Instead: when reading, keep codec_context's color_trc, colorspace and color_primaries from before the first decode and
#   use them where a frame says 2. When writing, convert by yourself (`reformat(dst_colorspace=…)`) and set
#   colorspace, color_primaries and color_trc on the stream and on each frame.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import sys
import av
import numpy as np

print("PyAV", av.__version__, "FFmpeg", av.ffmpeg_version_info)

def written(path, codec, form, tags):
    red = np.full((48, 64, 3), (200, 40, 30), np.uint8)
    with av.open(path, "w") as box:
        stream = box.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, form
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = tags
        for packet in stream.encode(av.VideoFrame.from_ndarray(red, "rgb24")):
            box.mux(packet)
        box.mux(stream.encode(None))

def looked_at(path):
    data = open(path, "rb").read()
    at, head = data.find(b"colr") + 8, data.find(b"icpf") + 18
    atom = tuple(int.from_bytes(data[at + n : at + n + 2], "big") for n in (0, 2, 4))
    with av.open(path) as box:
        stream = box.streams.video[0]
        said = lambda one: tuple(int(getattr(one, n)) for n in ("color_primaries", "color_trc", "colorspace"))
        before, frame = said(stream.codec_context), next(box.decode(video=0))
        return atom, tuple(data[head : head + 3]), before, said(frame), said(stream.codec_context), frame

for codec, form in (("libx264", "yuv420p"), ("prores_ks", "yuv444p10le")):
    for tags in ((1, 1, 1), (9, 16, 9)):
        path = f"{sys.argv[1]}/{codec}{tags[2]}.mov"
        written(path, codec, form, tags)
        atom, head, before, frame, after, picture = looked_at(path)
        head = head if codec == "prores_ks" else "-"
        print(f"{codec:9} primaries, transfer, matrix: atom {atom}, picture {head}; context before {before}, frame {frame}, after {after}")
        assert atom == before == tags
        assert frame == after == (tags if codec == "libx264" else (2, 2, 2)), "the container's word is kept now"
        luma = int(np.frombuffer(picture.planes[0], "<u2" if codec == "prores_ks" else "u1")[5])
        luma = luma / 16 if codec == "prores_ks" else luma
        print(f"          luma of (200, 40, 30): {luma}; Rec.601 gives 90.5, Rec.709 79.0")
        assert abs(luma - 90.5) < 1, "converted by the stream's matrix now"
PY
"$work/venv/bin/python" "$work/look.py" "$work" 2> "$work/said" || { cat "$work/said"; exit 1; }
