"""A user's own manifest, tried: read strictly, its file inspected, both run on a made picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anatomatte.errors import SetupError
from anatomatte.models.manifest import SHIPPED, Manifest, load
from anatomatte.models.store import catalogue, files, looks, policy

_HEIGHT, _WIDTH = 270, 480


def check(path: Path, model: Path | None, precision: str) -> dict[str, Any]:
    """What a manifest says and, with its file, what the network answers to a made picture.

    Raises:
        SettingsError: the manifest is wrong.
        SetupError: the file is not what the manifest describes, its runtime is missing, or what it
            answers is not what the manifest promises.
    """
    manifest = load(path)
    entry = manifest.file(precision)
    found: dict[str, Any] = {
        "id": manifest.id,
        "title": manifest.title,
        "licence": manifest.licence.kind,
        "refused": policy.refusal(manifest),
        "name_taken": catalogue.is_shipped(manifest.id) and path.resolve().parent != SHIPPED,
        "told": _told(manifest),
    }
    if model is None:
        return found
    if not model.is_file():
        raise SetupError(f"There is no file {model}.")
    looks.inspect(model, entry.format)
    found |= {"file": str(model), "bytes": model.stat().st_size, "sha256": files.sha256_of(model)}
    if entry.sha256 and found["sha256"] != entry.sha256:
        raise SetupError(f"{model}: its SHA-256 is {found['sha256']}, the manifest says {entry.sha256}.")
    if manifest.outputs:
        found["answers"] = _answers(manifest, model, entry.precision)
    return found


def _told(manifest: Manifest) -> list[str]:
    """The road of a picture through the network, a line a step."""
    size, pad, given = manifest.size, manifest.pad, manifest.input
    sizes = {
        "any": "its own size" + (f", at most {size.max_long} long" if size.max_long else ""),
        "fixed": f"{size.width} × {size.height}, " + ("padded" if size.aspect == "keep" else "stretched"),
        "long": f"long side {size.side}",
        "short": f"short side {size.side}",
    }
    steps = [f"picture to {sizes[size.rule]}, multiples of {size.multiple}, {size.filter}"]
    if pad.multiple > 1:
        steps.append(f"padded to multiples of {pad.multiple}, {pad.where}, {pad.mode} {pad.value:g}")
    low, high = given.range
    steps.append(
        f"{given.transfer} {given.colour.upper()} {low:g} to {high:g}, minus {_list(given.mean)}, "
        f"divided by {_list(given.std)}, as {given.layout} {given.dtype}"
    )
    steps += [f"with {extra.what} in {extra.name or 'a further channel'}" for extra in manifest.extras]
    for output in manifest.outputs:
        steps.append(f"{output.what} from {output.name or f'output {output.index}'}, {output.encoding}")
    for name, parts in zip(manifest.class_names, manifest.class_parts, strict=True):
        steps.append(f"class {name}: {', '.join(parts)}")
    return steps


def _list(numbers: tuple[float, ...]) -> str:
    return "/".join(f"{number:g}" for number in numbers)


def _answers(manifest: Manifest, model: Path, precision: str) -> dict[str, Any]:
    import numpy as np

    from anatomatte.nets.runtime.runner import Runner

    picture, hint = _made()
    wants_hint = any(extra.what in ("hint", "trimap") for extra in manifest.extras)
    runner = Runner(manifest, model, precision=precision)
    remarks: list[str] = []
    answer, carried = runner.infer(picture, hint=hint if wants_hint else None, report=remarks.append)
    planes = {
        "alpha": answer.alpha_at((_HEIGHT, _WIDTH)) if answer.alpha is not None else None,
        "classes": answer.classes,
        "foreground": answer.foreground,
    }
    found: dict[str, Any] = {"remarks": remarks} if remarks else {}
    for name, plane in planes.items():
        if plane is not None:
            found[name] = {
                "shape": list(plane.shape),
                "low": round(float(np.min(plane)), 4),
                "mean": round(float(np.mean(plane)), 4),
                "high": round(float(np.max(plane)), 4),
            }
    if answer.classes is not None:
        shares = answer.classes.reshape(len(answer.classes), -1).mean(1)
        found["classes"]["shares"] = {
            name: round(float(share), 4) for name, share in zip(manifest.class_names, shares, strict=True)
        }
    if carried is not None:
        found["states"] = {name: list(array.shape) for name, array in carried.states.items()}
    return found


def _made() -> tuple[Any, Any]:
    """A figure before a slope of grey, display-referred (270, 480, 3), and its rough alpha."""
    import numpy as np

    y, x = np.mgrid[0:_HEIGHT, 0:_WIDTH].astype(np.float32)
    head = np.hypot(x - 240, y - 80) < 38
    body = (np.abs(x - 240) < 45 + (y - 118) * 0.2) & (y > 112)
    picture = np.repeat((0.25 + 0.4 * x / _WIDTH)[..., None], 3, 2)
    picture[body] = (0.2, 0.25, 0.55)
    picture[head] = (0.75, 0.55, 0.45)
    return picture.astype(np.float32), (head | body).astype(np.float32)


def show(found: dict[str, Any]) -> None:
    """What `check` found, in words."""
    import click

    click.echo(f"{found['title']} ({found['id']}), licence {found['licence']}")
    for line in found["told"]:
        click.echo(f"  {line}")
    if found["name_taken"]:
        click.echo(f"Its id {found['id']} is one of the package's own: choose another one to import it.")
    if found["refused"]:
        click.echo(found["refused"])
    if "file" in found:
        click.echo(f'{found["file"]}: {files.said(found["bytes"])}, sha256 = "{found["sha256"]}"')
    for name, facts in found.get("answers", {}).items():
        if name == "remarks":
            for sentence in facts:
                click.echo(f"  {sentence}")
            continue
        if name == "states":
            click.echo("  carries " + ", ".join(f"{key} {shape}" for key, shape in facts.items()))
            continue
        click.echo(
            f"  {name} {facts['shape']}: {facts['low']:g} to {facts['high']:g}, mean {facts['mean']:g}"
        )
        for label, share in facts.get("shares", {}).items():
            click.echo(f"    {label} {share:.1%}")
    if "answers" in found:
        click.echo("The file and its manifest fit: it ran on a made picture. Judge the picture on a plate.")
