#!/bin/sh
# One expects: an ImageSequenceReference of OpenTimelineIO names each file of a sequence, and for each time a file that is there.
# What happens: with frame_step 2 or more the number of images is rounded down, so that of 1001, 1003 … 1009 over nine frames
#   (1001-1009x2, as every list of frames writes it) the last file is not named; asking for it raises IndexError, while
#   end_frame() says 1009. frame_for_time leaves the step out: it gives 1002, of which there is no file. Frames below zero
#   have their sign in front of the padding: -0003 where printf, Nuke, fileseq and OpenTimelineIO's own
#   abstract_target_url("%04d") mean -003.
# Who is hurt: conforms and copies of plates on twos or threes, previews, and of plates with handles below zero: a file that is not
#   delivered, frames that are told missing though nothing is, files looked for under another name.
# Instead: count (frames + step - 1) // step, take start + (frame - start) // step * step, and name the files yourself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import fileseq
import opentimelineio as otio


def at(frame):
    return otio.opentime.RationalTime(frame, 24)


def sequence(start, count, step):
    span = otio.opentime.TimeRange(at(start), at(count))
    return otio.schema.ImageSequenceReference(
        "file:///shot/", "plate.", ".exr", start_frame=start, frame_step=step, rate=24, frame_zero_padding=4,
        available_range=span,
    )


def names(reference):
    count = reference.number_of_images_in_sequence()
    return [reference.target_url_for_image_number(n).split(".")[1] for n in range(count)]


print("OpenTimelineIO", otio.__version__)
for frames, step in (("1001-1009x2", 2), ("1001-1010x2", 2), ("1001-1010x3", 3)):
    first, last = 1001, int(frames[5:9])
    there = [f"{frame:04d}" for frame in fileseq.FrameSet(frames)]
    reference = sequence(first, last - first + 1, step)
    seen = names(reference)
    print(f"  {frames}: there are {there}, named {seen}, end_frame {reference.end_frame()}")
    left = there[len(seen):]
    assert seen == there[: len(seen)] and left == ([] if (last, step) == (1010, 2) else there[-1:]), left
    if left:
        assert last in (int(left[0]), reference.end_frame())
        try:
            reference.target_url_for_image_number(len(seen))
            raise AssertionError("a name")
        except IndexError as why:
            print(f"    the next one: IndexError, {why}")

found = [sequence(1001, 10, 2).frame_for_time(at(frame)) for frame in range(1001, 1005)]
print("  frames for 1001 to 1004 of a sequence on twos:", found)
assert found == [1001, 1002, 1003, 1004]

below = sequence(-3, 5, 1)
printed = [below.abstract_target_url("%04d").split("/")[-1] % frame for frame in range(-3, 2)]
listed = [name.split("/")[-1] for name in fileseq.FileSequence("/shot/plate.-3-1#.exr")]
print("  below zero:", names(below), "printf:", printed, "fileseq:", listed)
assert names(below) == ["-0003", "-0002", "-0001", "0000", "0001"]
assert printed == listed == ["plate.-003.exr", "plate.-002.exr", "plate.-001.exr", "plate.0000.exr", "plate.0001.exr"]
PY
for version in 0.17.0 0.18.1; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check \
        "opentimelineio==$version" fileseq==3.4.0
    "$work/$version/bin/python" "$work/look.py"
done
echo "as described"
