#!/usr/bin/env bash
# Expected: a convolution in bfloat16 gives the float32 result, rounded, for any size of picture.
# Seen: on a processor with AMX tiles, a strided convolution (3x3, stride 2, padding 1) in channels-last order whose
#   result is one column wide (a map of 1 or 2 columns) leaves the lower rows of the result unwritten: they hold
#   whatever the memory held before, often the right answer of the run before, sometimes NaN. Three columns are right,
#   so is the transposed picture, float32, and stride 1. torch 2.13.0, its oneDNN 3.12.0, kernel brg_conv_fwd with AMX.
# Hurt: whoever runs a network in bfloat16 on narrow strips or tiles on a Sapphire Rapids server or later; a test
#   passes seven times of eight and the farm's frame differs from run to run without any error.
# Instead: pad so that the coarsest map that is strided has three columns at least, or leave bfloat16 for such maps;
#   compare with float32 after the free memory was filled with NaN, as below.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.1
cat > "$work/seen.py" <<'PY'
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)
print("torch", torch.__version__, "AMX tiles", torch.cpu._is_amx_tile_supported())
if not torch.cpu._is_amx_tile_supported():
    print("this processor has no AMX tiles: nothing to see")
    sys.exit(0)


def wrong_rows(height: int, width: int, dtype: torch.dtype) -> int:
    """Rows of the result that differ from float32 by more than bfloat16 rounds."""
    last = torch.channels_last
    x = torch.randn(1, 256, height, width).to(dtype).contiguous(memory_format=last)
    weight = (torch.randn(256, 256, 3, 3) / 48).to(dtype).contiguous(memory_format=last)
    right = F.conv2d(x.float(), weight.float(), None, 2, 1)
    worst = 0
    for _ in range(4):
        used = [torch.full((n,), float("nan"), dtype=dtype) for n in (256, 512, 1280, 2560, 5120, 10240) * 40]
        del used  # what is free now holds NaN
        seen = F.conv2d(x, weight, None, 2, 1).float()
        rows = ((seen - right).abs() < 0.2).all(3).all(1)[0]
        worst = max(worst, int((~rows).sum()))
    return worst


table = {}
for height, width in ((10, 1), (10, 2), (10, 3), (2, 10), (40, 2), (40, 3)):
    for dtype in (torch.bfloat16, torch.float32):
        table[height, width, dtype] = wrong_rows(height, width, dtype)
        rows = (height + 1) // 2
        print(f"map {height:2d} x {width:2d} {dtype}: {table[height, width, dtype]} of {rows} rows wrong")
half = torch.bfloat16
ok = all(table[size[0], size[1], half] > 0 for size in ((10, 1), (10, 2), (40, 2)))
ok = ok and not any(n for (h, w, t), n in table.items() if t != half or w > 2)
print("as described" if ok else "CHANGED: read the head of this script again")
sys.exit(not ok)
PY
"$work/venv/bin/python" "$work/seen.py"
