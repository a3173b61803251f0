"""A micro-training on tiny drawn figures: the whole trainer, measurably learning, in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from training.learn.muon import orthogonal
from training.learn.samples import Batch, collate, head_targets, mirrored
from training.learn.toy import toy_sample
from training.learn.train import (
    FULL,
    UNLIKELY,
    WEIGHTS,
    Plan,
    Trainer,
    blended,
    of_all_parts,
    of_first_parts,
)
from training.learn.validate import measure
from training.pretrained import convert, running_order
from training.scene.compose import Sample

from anatomatte.errors import SetupError
from anatomatte.nets.own.people_net import PeopleNet, Shape, load, load_trainable
from anatomatte.nets.own.pose_trunk import PoseTrunk, TrunkShape
from anatomatte.parts import INDEX, MIRROR, PARTS, channels

TRUNK = TrunkShape(stem=8, widths=(8, 16, 16, 24, 24, 32), expand=3, back=16, soft=8)
SMALL = Shape(TRUNK, context=32, attention=1, decoder=(12, 16, 24, 32))
STEPS = 120


def batches(steps: int, seed: int = 0) -> Iterator[Batch]:
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        samples = [toy_sample(rng) for _ in range(8)]
        yield collate([mirrored(s) if rng.random() < 0.5 else s for s in samples])


@pytest.fixture(scope="module")
def held_out() -> list[Sample]:
    rng = np.random.default_rng(99)
    return [toy_sample(rng) for _ in range(32)]


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, held_out: list[Sample]
) -> tuple[Path, dict[str, object]]:
    run = tmp_path_factory.mktemp("run")
    plan = Plan(run=run, minutes=60, count=8, lr=6e-3, fall=0.0, warmup=15, device="cpu", seed=3)
    return run, Trainer(plan, SMALL).run(batches(STEPS), held_out)


def baseline_iou(held_out: list[Sample]) -> float:
    """The better of: everything is person; a centred ellipse of the best size."""
    truth = np.stack([s.alpha[..., 0] > 127 for s in held_out])
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    best = 0.0
    for ry in (0.5, 0.7, 0.9, 3.0):
        for rx in (0.2, 0.3, 0.45, 3.0):
            guess = np.hypot(y / ry, x / rx) < 1
            iou = (truth & guess).sum((1, 2)) / (truth | guess).sum((1, 2))
            best = max(best, float(iou.mean()))
    return best


def test_it_learns(trained: tuple[Path, dict[str, object]], held_out: list[Sample]) -> None:
    _, scores = trained
    baseline = baseline_iou(held_out)
    assert 0.2 < baseline < 0.6
    assert float(str(scores["person_iou"])) > baseline + 0.15
    assert float(str(scores["alpha_mad"])) < 0.15


def test_an_untrained_network_does_not_pass(held_out: list[Sample], tmp_path: Path) -> None:
    plan = Plan(run=tmp_path, minutes=60, device="cpu", seed=3)
    scores = measure(Trainer(plan, SMALL).net, held_out)
    assert scores["person_iou"] < baseline_iou(held_out)


def test_it_goes_on_where_it_stopped(trained: tuple[Path, dict[str, object]], held_out: list[Sample]) -> None:
    run, scores = trained
    plan = Plan(run=run, resume=run, minutes=60, count=8, device="cpu", lr=1e-3, fall=0.0, workers=0)
    again = Trainer(plan)
    assert again.totals["steps"] == STEPS
    assert again.net.shape == SMALL
    assert measure(again.mean.net, held_out)["person_iou"] == pytest.approx(
        float(str(scores["person_iou"])), abs=0.02
    )
    (run / FULL).rename(run / "kept.pt")
    from_weights_alone = Trainer(plan)
    assert measure(from_weights_alone.net, held_out)["person_iou"] == pytest.approx(
        float(str(scores["person_iou"])), abs=0.02
    )
    (run / "kept.pt").rename(run / FULL)
    assert (run / "sheet.png").exists() and "person_iou" in (run / "curves.csv").read_text()


def test_a_given_trunk_keeps_what_it_knows(tmp_path: Path) -> None:
    torch.manual_seed(5)
    trunk = PoseTrunk(TRUNK)
    name, first = next(iter(trunk.state_dict().items()))
    first.view(-1)[0] = -0.0
    save_file(trunk.state_dict(), str(tmp_path / "trunk.safetensors"))
    before = {k: v.clone() for k, v in trunk.state_dict().items()}
    plan = Plan(run=tmp_path / "run", minutes=60, count=8, warmup=1, device="cpu")
    for given in (None, tmp_path / "trunk.safetensors"):
        plan.trunk = given
        trainer = Trainer(plan, SMALL)
        start = {k: v.clone() for k, v in trainer.net.state_dict().items()}
        for batch in batches(3):
            trainer.step(batch)
        after = trainer.net.state_dict()
        moved = {k for k in after if not torch.equal(after[k], start[k])}
        assert any(k.startswith("deepest.") for k in moved)
        assert any(k.startswith("trunk.") for k in moved) == (given is None)
        trunk = trainer.net.trunk.state_dict()
        assert all(torch.equal(trunk[k], before[k]) for k in before) == (given is not None)
    for _ in range(20):
        trainer.mean.update(trainer.net)
    mean = trainer.mean.net.trunk.state_dict()
    assert torch.signbit(mean[name].flatten()[0])  # to the bit: as it was published


def test_every_convolution_of_the_trunk_is_read_from_the_published_file(tmp_path: Path) -> None:
    trunk = PoseTrunk()
    order = running_order(trunk)
    assert len(order) == len(set(order)) == sum(isinstance(m, torch.nn.Conv2d) for m in trunk.modules())
    (tmp_path / "other.tflite").write_bytes(b"another network")
    with pytest.raises(ValueError, match="not the pose network"):
        convert(tmp_path / "other.tflite", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


def test_folding_changes_nothing(trained: tuple[Path, dict[str, object]], held_out: list[Sample]) -> None:
    weights = trained[0] / WEIGHTS
    picture = collate(held_out[:2]).picture
    with torch.inference_mode():
        plain = load_trainable(weights).eval()(picture)
        folded = load(weights)(picture)
    for a, b in zip(plain, folded, strict=True):
        assert a is not None and b is not None
        assert torch.allclose(a, b, atol=2e-3)


def test_a_network_goes_on_with_parts_that_it_did_not_know() -> None:
    torch.manual_seed(4)
    old = PeopleNet(SMALL, len(PARTS) - 2).eval()
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        before = old(picture).parts
        after = of_all_parts(old)(picture).parts
    assert torch.equal(after[:, : len(PARTS) - 2], before)
    leg, tights = (channels(name) for name in ("left_leg", "left_tights"))
    assert torch.allclose(after[:, list(tights)], before[:, list(leg)] + UNLIKELY, atol=1e-5)
    with torch.inference_mode():
        assert torch.equal(of_first_parts(old, len(PARTS) - 2)(picture).parts, before)


def test_two_states_of_a_network_are_blended() -> None:
    torch.manual_seed(5)
    old, new = (PeopleNet(SMALL, len(PARTS)).state_dict() for _ in range(2))
    name, count = "to_parts.weight", "deepest.norm.num_batches_tracked"
    new[count] += 7
    made = blended(old, new, 0.25)
    assert torch.allclose(made[name], 0.75 * old[name] + 0.25 * new[name], atol=1e-6)
    assert made[count] == new[count]
    assert all(torch.equal(blended(old, new, 1)[k], v) for k, v in new.items())
    assert not torch.equal(made[name], old[name])
    PeopleNet(SMALL, len(PARTS)).load_state_dict(made)
    with pytest.raises(ValueError, match="give one from 0"):
        blended(old, new, 1.5)
    fewer = of_first_parts(PeopleNet(SMALL, len(PARTS)), len(PARTS) - 2).state_dict()
    with pytest.raises(ValueError, match="two different networks"):
        blended(old, fewer, 0.5)


def test_what_reads_a_network_reads_it_with_more_parts_as_well() -> None:
    """The outfit head was fitted before tights were a part; they lie on legs."""
    torch.manual_seed(3)
    net = PeopleNet(Shape(TrunkShape()), len(PARTS) - 2).eval()
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        before = net(picture).fine
        after = of_all_parts(net)(picture).fine
    assert before is not None and after is not None and before.shape == after.shape
    assert torch.allclose(before, after, atol=0.05)


def test_weights_of_another_list_of_parts_are_refused(tmp_path: Path) -> None:
    save_file({"x": torch.zeros(1)}, str(tmp_path / "w.safetensors"), {"parts": "background,cat"})
    with pytest.raises(SetupError, match="another list of parts"):
        load(tmp_path / "w.safetensors")
    with pytest.raises(SetupError, match="cannot be read"):
        load(tmp_path / "none.safetensors")


def test_mirror_and_heads() -> None:
    rng = np.random.default_rng(1)
    sample = toy_sample(rng)
    sample.label[:8, :8] = INDEX["left_hand"]
    other = mirrored(sample)
    assert (other.label[:8, -8:] == INDEX["right_hand"]).all()
    assert np.array_equal(mirrored(other).label, sample.label)
    assert MIRROR[INDEX["left_hand"]] == INDEX["right_hand"]
    heat, offset, someone = head_targets(sample)
    y, x = np.unravel_index(heat.argmax(), heat.shape)
    assert abs(x * 4 + 2 - sample.heads[0, 0]) <= 4 and abs(y * 4 + 2 - sample.heads[0, 1]) <= 4
    rows, columns = np.nonzero(someone)
    landed = columns * 4 + 2 + offset[0, rows, columns] * 32
    assert np.allclose(landed, sample.heads[0, 0], atol=1e-2)


def test_muon_makes_steps_orthogonal() -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(24, 80)))
    assert float(values.min()) > 0.6 and float(values.max()) < 1.3
