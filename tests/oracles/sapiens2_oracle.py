"""Sapiens2's networks by other people's code: transformers' implementation of the published models.

Run by an interpreter that has torch and transformers, never by the project's own:

    python sapiens2_oracle.py KIND STATE.safetensors SHAPE.json INPUT.npy OUT.npy

KIND is `seg` or `matting`; STATE is in the published names, the mapping to transformers' names is here.
SHAPE holds width, depth, heads, hidden, registers, doubled, refined, kernels and outputs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np


def mapped(state: dict, depth: int) -> dict:
    """Published names to transformers' names."""
    out = {
        "model.embeddings.cls_token": state["backbone.cls_token"],
        "model.embeddings.register_tokens": state["backbone.storage_tokens"],
        "model.norm.weight": state["backbone.ln1.weight"],
    }
    for leaf in ("weight", "bias"):
        out[f"model.embeddings.patch_embeddings.{leaf}"] = state[f"backbone.patch_embed.projection.{leaf}"]
    names = {
        "ln1": "norm1", "ln2": "norm2", "attn.wq": "attention.q_proj", "attn.wk": "attention.k_proj",
        "attn.wv": "attention.v_proj", "attn.proj": "attention.o_proj", "attn.q_norm": "attention.q_norm",
        "attn.k_norm": "attention.k_norm",
    }  # fmt: skip
    for at in range(depth):
        ours, theirs = f"backbone.blocks.{at}.", f"model.model.layer.{at}."
        for one, other in names.items():
            for leaf in ("weight", "bias"):
                if f"{ours}{one}.{leaf}" in state:
                    out[f"{theirs}{other}.{leaf}"] = state[f"{ours}{one}.{leaf}"]
        out[f"{theirs}layer_scale1.lambda1"] = state[f"{ours}attn.gamma.weight"]
        for leaf in ("weight", "bias"):
            gate, up = state[f"{ours}ffn.w12.{leaf}"].chunk(2)
            out[f"{theirs}mlp.gate_proj.{leaf}"], out[f"{theirs}mlp.up_proj.{leaf}"] = gate, up
            out[f"{theirs}mlp.down_proj.{leaf}"] = state[f"{ours}ffn.w3.{leaf}"]
    for key, value in state.items():
        if key.startswith("decode_head."):
            out["decode_head." + head_name(key.removeprefix("decode_head."))] = value
    return out


def head_name(name: str) -> str:
    """A name in the head: every third published layer is a convolution, transformers counts these alone."""
    group, *rest = name.split(".")
    if group in ("conv_seg", "conv_matting"):
        return f"predictor.{rest[0]}"
    if group == "input_conv":
        return f"input_conv.convolution.{rest[1]}"
    if group == "upsample_blocks":
        return f"upsample_layers.{rest[0]}.convolution.{rest[2]}"
    place = {"deconv_layers": "upsample_layers", "conv_layers": "conv_layers"}[group]
    return f"{place}.{int(rest[0]) // 3}.convolution.{rest[1]}"


def main(kind: str, weights: str, shape: str, given: str, out: str) -> None:
    import torch
    from safetensors.torch import load_file
    from transformers import Sapiens2Config, Sapiens2ForImageMatting, Sapiens2ForSemanticSegmentation
    from transformers.models.sapiens2.configuration_sapiens2 import Sapiens2HeadConfig

    told = json.loads(Path(shape).read_text(encoding="utf-8"))
    picture = torch.from_numpy(np.load(given))
    head = Sapiens2HeadConfig(
        upsample_out_channels=told["doubled"],
        upsample_kernel_sizes=[3 if kind == "matting" else 4] * len(told["doubled"]),
        use_pixel_shuffle=kind == "matting" or None,
        conv_out_channels=told["refined"],
        conv_kernel_sizes=told["kernels"],
    )
    config = Sapiens2Config(
        hidden_size=told["width"], num_hidden_layers=told["depth"], num_attention_heads=told["heads"],
        num_key_value_attention_heads=told["heads"] // 2, intermediate_size=told["hidden"],
        num_register_tokens=told["registers"], image_size=list(picture.shape[2:]), head_config=head,
        num_labels=told["outputs"],
    )  # fmt: skip
    net = (Sapiens2ForImageMatting if kind == "matting" else Sapiens2ForSemanticSegmentation)(config).eval()
    renamed = mapped(load_file(weights), told["depth"])
    lacking, surplus = net.load_state_dict(renamed, strict=False)
    lacking = [key for key in lacking if "layer_scale2" not in key and "mask_token" not in key]
    if lacking or surplus:
        raise SystemExit(f"lacking {lacking[:8]}, surplus {surplus[:8]}")
    for name, parameter in net.named_parameters():
        if "layer_scale2" in name:  # the published one has no second layer scale
            torch.nn.init.ones_(parameter)
    with torch.inference_mode():
        made = net(picture)
    found = made.logits if kind == "seg" else torch.cat([made.foregrounds, made.alphas], 1)
    np.save(out, found.numpy())


if __name__ == "__main__":
    main(*sys.argv[1:])
