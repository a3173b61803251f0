"""M2FP's network by other people's code: transformers' Mask2Former over a ResNet of timm.

Run by an interpreter that has torch, transformers, timm and pillow, never by the project's own:

    python m2fp_oracle.py outputs STATE.pt INPUT.npy OUT.npz     raw outputs for given weights
    python m2fp_oracle.py time    STATE.pt HEIGHT WIDTH          seconds of one forward pass, as JSON
    python m2fp_oracle.py resize  INPUT.npy HEIGHT WIDTH OUT.npy Pillow's bilinear resize
    python m2fp_oracle.py post    RAW.npz HEIGHT WIDTH OUT.npz   the published list, all maps at full size

STATE.pt is a dictionary in the published names; the mapping to transformers' names is here.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np


def _vision_stub() -> None:
    """timm imports torchvision, whose wheel for CUDA does not load beside a torch for CPUs."""
    import torch

    real = torch.library.register_fake

    def register_fake(op: object, *args: object, **more: object) -> object:
        ours = not (isinstance(op, str) and op.startswith("torchvision::"))
        return real(op, *args, **more) if ours else (lambda function: function)

    torch.library.register_fake = register_fake


def _mapped(state: dict) -> dict:
    """Published names to transformers' names."""
    out = {}

    def put(name: str, value: object) -> None:
        out["model." + name] = value

    norm = "pixel_level_module.encoder._backbone."
    for key, value in state.items():
        if key.startswith("backbone."):
            rest = key.removeprefix("backbone.")
            stage, tail = rest.split(".", 1)
            if stage == "stem":
                conv, leaf = tail.split(".", 1)
                place = int(conv[-1]) - 1
                if leaf.startswith("norm."):
                    at = ("conv1.1", "conv1.4", "bn1")[place]
                    put(f"{norm}{at}.{leaf[5:]}", value)
                else:
                    put(f"{norm}conv1.{3 * place}.{leaf}", value)
                continue
            block, part, leaf = tail.split(".", 2)
            base = f"{norm}layer{int(stage[3]) - 1}.{block}."
            if part == "shortcut":
                at = f"downsample.1.{leaf[5:]}" if leaf.startswith("norm.") else f"downsample.0.{leaf}"
            else:
                at = f"bn{part[-1]}.{leaf[5:]}" if leaf.startswith("norm.") else f"{part}.{leaf}"
            put(base + at, value)
        elif key.startswith("sem_seg_head.pixel_decoder."):
            _pixels(key.removeprefix("sem_seg_head.pixel_decoder."), value, put)
        elif key.startswith("sem_seg_head.predictor."):
            _queries(key.removeprefix("sem_seg_head.predictor."), value, put, out)
    return out


def _pixels(name: str, value: object, put: object) -> None:
    base = "pixel_level_module.decoder."
    if name.startswith("input_proj."):
        put(base + "input_projections." + name.removeprefix("input_proj."), value)
    elif name == "transformer.level_embed":
        put(base + "level_embed", value)
    elif name.startswith("transformer.encoder."):
        rest = name.removeprefix("transformer.encoder.")
        for ours, theirs in (("norm1", "self_attn_layer_norm"), ("norm2", "final_layer_norm")):
            rest = rest.replace(f".{ours}.", f".{theirs}.")
        rest = rest.replace(".linear1.", ".fc1.").replace(".linear2.", ".fc2.")
        put(base + "encoder." + rest, value)
    elif name.startswith("mask_features."):
        put(base + "mask_projection." + name.split(".")[1], value)
    else:
        kind, leaf = name.split(".", 1)
        at = f"1.{leaf[5:]}" if leaf.startswith("norm.") else f"0.{leaf}"
        put(base + ("adapter_1." if kind == "adapter_1" else "layer_1.") + at, value)


def _queries(name: str, value: object, put: object, out: dict) -> None:
    base = "transformer_module."
    simple = {
        "query_feat": base + "queries_features",
        "query_embed": base + "queries_embedder",
        "level_embed": base + "level_embed",
        "decoder_norm": base + "decoder.layernorm",
    }
    first, *tail = name.split(".")
    if first in simple:
        put(f"{simple[first]}.{tail[0]}", value)
    elif first == "class_embed":
        out[f"class_predictor.{tail[0]}"] = value
    elif first == "mask_embed":
        put(f"{base}decoder.mask_predictor.mask_embedder.{tail[1]}.0.{tail[2]}", value)
    else:
        layer = f"{base}decoder.layers.{tail[0]}."
        leaf = ".".join(tail[1:])
        if first == "transformer_cross_attention_layers":
            leaf = leaf.replace("multihead_attn", "cross_attn").replace("norm.", "cross_attn_layer_norm.")
            put(layer + leaf, value)
        elif first == "transformer_ffn_layers":
            leaf = (
                leaf.replace("linear1", "fc1").replace("linear2", "fc2").replace("norm.", "final_layer_norm.")
            )
            put(layer + leaf, value)
        elif leaf.startswith("norm."):
            put(layer + "self_attn_layer_norm." + leaf[5:], value)
        elif "in_proj_" in leaf:
            kind = leaf.rsplit("_", 1)[1]
            for part, piece in zip("qkv", value.chunk(3), strict=True):
                put(f"{layer}self_attn.{part}_proj.{kind}", piece)
        else:
            put(layer + leaf, value)


def _network(path: Path) -> object:
    import torch

    _vision_stub()
    from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, TimmBackboneConfig

    state = torch.load(path, weights_only=True)
    state = state.get("model", state)
    classes = state["sem_seg_head.predictor.class_embed.weight"].shape[0] - 1
    backbone = TimmBackboneConfig(
        backbone="resnet101s", out_indices=(1, 2, 3, 4), use_pretrained_backbone=False
    )
    config = Mask2FormerConfig(
        backbone_config=backbone,
        encoder_feedforward_dim=1024,
        decoder_layers=10,
        num_labels=classes,
        num_queries=100,
    )
    net = Mask2FormerForUniversalSegmentation(config).eval()
    wanted, given = net.state_dict(), _mapped(state)
    lacking = [
        k for k in wanted if k not in given and not k.endswith("num_batches_tracked") and "criterion" not in k
    ]
    surplus = [k for k in given if k not in wanted]
    if lacking or surplus:
        raise SystemExit(f"the map of names is not whole: lacking {lacking[:8]}, surplus {surplus[:8]}")
    net.load_state_dict(given, strict=False)
    return net


def outputs(state: str, source: str, out: str) -> None:
    """Raw outputs of a normalised picture (1, 3, H, W)."""
    import torch

    net = _network(Path(state))
    with torch.inference_mode():
        said = net(pixel_values=torch.from_numpy(np.load(source)))
    np.savez(out, logits=said.class_queries_logits[0].numpy(), masks=said.masks_queries_logits[0].numpy())


def seconds(state: str, height: str, width: str) -> None:
    """Wall and processor seconds of a forward pass, the better of two, and the process's peak."""
    import torch

    net = _network(Path(state))
    torch.manual_seed(0)
    picture = torch.randn(1, 3, int(height), int(width))
    walls, spent = [], []
    with torch.inference_mode():
        for _ in range(2):
            wall, cpu = time.perf_counter(), time.process_time()
            net(pixel_values=picture)
            walls.append(time.perf_counter() - wall)
            spent.append(time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"wall_s": min(walls), "cpu_s": min(spent), "peak_gb": peak}))


def resize(source: str, height: str, width: str, out: str) -> None:
    """Pillow's bilinear resize of uint8 (H, W, 3), or of float32 (H, W)."""
    from PIL import Image

    picture = Image.fromarray(np.load(source)).resize((int(width), int(height)), Image.Resampling.BILINEAR)
    np.save(out, np.asarray(picture))


def post(raw: str, height: str, width: str, out: str) -> None:
    """The published list with nothing left out early: every query at full size, float32.

    RAW holds `logits`, `masks` and `padded` (the network's input size) and `real` (before padding).
    """
    import torch
    import torch.nn.functional as F

    with np.load(raw) as file:
        said = {k: torch.from_numpy(file[k]) for k in file.files}
    start, spent = time.perf_counter(), time.process_time()
    (high, wide), (h, w) = said["padded"].tolist(), said["real"].tolist()
    full = F.interpolate(said["masks"][None], (high, wide), mode="bilinear", align_corners=False)[0]
    full = F.interpolate(
        full[None, :, :h, :w], (int(height), int(width)), mode="bilinear", align_corners=False
    )[0]
    chances = said["logits"].softmax(-1)[:, :-1]
    classes = chances.shape[1]
    best, index = chances.flatten().topk(100, sorted=False)
    labels, masks = index % classes, full[index // classes]
    binary = (masks > 0).float()
    quality = (masks.sigmoid() * binary).flatten(1).sum(1) / (binary.flatten(1).sum(1) + 1e-6)
    scores = best * quality
    part = (labels != 0) & (labels != classes - 1) & (scores >= 0.1)
    human = (labels == classes - 1) & (scores > 0.1)
    keep = torch.cat((part.nonzero()[:, 0], human.nonzero()[:, 0]))
    took = time.perf_counter() - start, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    bits = np.packbits(binary[keep].bool().numpy())
    np.savez_compressed(out, labels=labels[keep].numpy(), scores=scores[keep].numpy(), masks=bits)
    print(json.dumps({"wall_s": took[0], "cpu_s": took[1], "peak_gb": peak, "kept": len(keep)}))


if __name__ == "__main__":
    {"outputs": outputs, "time": seconds, "resize": resize, "post": post}[sys.argv[1]](*sys.argv[2:])
