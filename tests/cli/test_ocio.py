"""Colour spaces of an OpenColorIO config, in and out."""

from __future__ import annotations

import numpy as np
import PyOpenColorIO as ocio
import pytest

from anatomatte_batch.ocio import space_of
from anatomatte_batch.picture import whole
from made.cli_fake import cli, plate, read, write

BUILT_IN = "ocio://cg-config-latest"


@pytest.fixture(autouse=True)
def config(monkeypatch):
    monkeypatch.setenv("OCIO", BUILT_IN)


def converted(pixels: np.ndarray, source: str, target: str) -> np.ndarray:
    """Pixels of three channels, one by one, by the library itself."""
    way = ocio.Config.CreateFromFile(BUILT_IN).getProcessor(source, target).getDefaultCPUProcessor()
    return np.array([way.applyRGB([float(one) for one in pixel]) for pixel in pixels.reshape(-1, 3)]).reshape(
        pixels.shape
    )


def rendered(folder, *words: object, name: str = "k", **facts: object):
    """The plate as its file holds it, and the picture and header of what is made of it."""
    write(folder / "p.0001.exr", plate(), "float", **facts)
    assert cli(folder / "p.####.exr", folder / f"{name}.####.exr", "--depth", "float", *words) == 0
    return read(folder / "p.0001.exr")[0], *read(folder / f"{name}.0001.exr")


def keyed(light: np.ndarray) -> np.ndarray:
    """As the fake node makes it, premultiplied."""
    alpha = 1 - np.clip(light[..., 1:2] - light[..., :1], 0, 1)
    return np.concatenate([light * alpha, alpha], 2)


@pytest.mark.parametrize("name", ["ACEScg", "acescg", "scene_linear", "lin_ap1_scene"])
def test_the_working_space_in_is_the_same_to_the_bit_out(tmp_path, name):
    seen, made, _ = rendered(tmp_path, "--colorspace", name, "--out-colorspace", name)
    assert np.array_equal(made, keyed(seen))
    assert np.array_equal(rendered(tmp_path, "--colorspace", name, name="one")[1], made)


@pytest.mark.parametrize("source", ["ACEScct", "Linear Rec.709 (sRGB)"])
@pytest.mark.parametrize("target", ["", "ACES2065-1", "ACEScct"])
def test_colours_are_the_librarys_and_mattes_stay(tmp_path, source, target):
    words = ["--colorspace", source, *(["--out-colorspace", target] if target else [])]
    seen, made, _ = rendered(tmp_path, *words)
    light = converted(seen, source, "scene_linear")
    right = keyed(light)
    assert np.abs(made[..., 3] - right[..., 3]).max() < 1e-5
    straight = right[..., :3] / np.maximum(right[..., 3:], 1e-6)
    colour = converted(straight, "scene_linear", target) * right[..., 3:] if target else right[..., :3]
    there = right[..., 3] > 0.01
    assert np.allclose(made[there][:, :3], colour[there], rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("output", ["edge", "face_patch", "comp", "screen", "face_plate", "unpremultiplied"])
def test_every_output_that_is_colour_goes_out_in_the_space(output):
    rgba = np.random.default_rng(3).uniform(0.1, 0.9, (3, 4, 4)).astype(np.float32)
    made, _ = space_of("ACEScct", "k.exr").goes_out({"rgba": rgba}, whole(rgba), output)
    alpha = rgba[..., 3:] if output in ("edge", "face_patch", "comp") else np.ones_like(rgba[..., 3:])
    right = converted(rgba[..., :3] / alpha, "scene_linear", "ACEScct") * alpha
    assert np.allclose(made["rgba"][..., :3], right, atol=2e-3)
    assert np.array_equal(made["rgba"][..., 3], rgba[..., 3])


@pytest.mark.parametrize("output", ["matte", "packed", "people", "status", "soft"])
def test_mattes_and_views_are_no_colours(output):
    rgba = np.random.default_rng(3).uniform(0.1, 0.9, (3, 4, 4)).astype(np.float32)
    made, _ = space_of("ACEScct", "k.exr").goes_out({"rgba": rgba}, whole(rgba), output)
    assert np.array_equal(made["rgba"], rgba)


def test_the_header_no_more_names_primaries_that_are_gone(tmp_path):
    bent = {"chromaticities": ("float[8]", (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767))}
    kept = rendered(tmp_path, "--colorspace", "scene_linear", **bent)[2]
    lost = rendered(tmp_path, "--colorspace", "ACES2065-1", name="two", **bent)[2]
    assert kept.getattribute("chromaticities") is not None and lost.getattribute("chromaticities") is None


def test_another_space_makes_files_stale_and_the_same_one_does_not(tmp_path, capsys):
    write(tmp_path / "p.0001.exr", plate())
    words = [tmp_path / "p.####.exr", tmp_path / "k.####.exr"]
    told = []
    for name in ("ACEScg", "ACEScg", "ACES2065-1"):
        assert cli(*words, "--colorspace", name) == 0
        told.append(capsys.readouterr().out)
    assert "rendered" in told[0] and "is there" in told[1] and "stale: output" in told[2]


def test_auto_goes_by_the_rules_for_the_name(tmp_path, monkeypatch):
    made = ocio.Config.CreateFromFile(BUILT_IN)
    rules = made.getFileRules()
    rules.insertRule(0, "cct", "ACEScct", "*_cct*", "exr")
    made.setFileRules(rules)
    path = tmp_path / "own.ocio"
    path.write_text(made.serialize())
    monkeypatch.setenv("OCIO", str(path))
    write(tmp_path / "p_cct.0001.exr", plate(), "float")
    out = tmp_path / "k.####.exr"
    assert cli(tmp_path / "p_cct.####.exr", out, "--colorspace", "auto", "--depth", "float") == 0
    by_name = rendered(tmp_path, "--colorspace", "ACEScct", name="named")[1]
    assert np.array_equal(read(tmp_path / "k.0001.exr")[0], by_name)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--colorspace", "ACEScgg"], 2, "did you mean 'ACEScg'?"),
        (["--colorspace", "sRGB - Curve"], 2, "is a named transform of the config"),
        (["--colorspace", "ACES 1.3 Reference Gamut Compression"], 2, "is a look of the config"),
        (["--colorspace", "un-tone-mapped"], 2, "is a view of the config"),
        (["--out-colorspace", "ACEScg"], 2, "needs --colorspace"),
        (
            ["--colorspace", "ACEScg", "--out-colorspace", "ACEScgg"],
            2,
            "--out-colorspace ACEScgg: the config",
        ),
        (["--colorspace", "ACEScg", "--colour", "srgb"], 2, "one of the two"),
    ],
)
def test_words_that_do_not_fit_are_refused(tmp_path, capsys, words, code, told):
    write(tmp_path / "p.0001.exr", plate())
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", *words) == code
    assert told in capsys.readouterr().out and not (tmp_path / "k.0001.exr").exists()


STUDIO = """ocio_profile_version: 1
search_path: luts
roles:
  scene_linear: lin
colorspaces:
  - !<ColorSpace> {name: lin}
  - !<ColorSpace>
    name: doubled
    to_reference: !<MatrixTransform> {matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]}
  - !<ColorSpace> {name: look, to_reference: !<FileTransform> {src: $SHOT_LOOK.spi1d, interpolation: linear}}
  - !<ColorSpace> {name: lost, to_reference: !<FileTransform> {src: lost.spi1d, interpolation: linear}}
"""


def test_a_space_that_nobody_asks_for_may_lack_its_file(tmp_path, capsys, monkeypatch):
    """As in hosts: of a studio's config a look of another shot, or a file that was not copied."""
    (tmp_path / "studio.ocio").write_text(STUDIO)
    monkeypatch.setenv("OCIO", str(tmp_path / "studio.ocio"))
    monkeypatch.delenv("SHOT_LOOK", raising=False)
    light, made, _ = rendered(tmp_path, "--colorspace", "doubled")
    assert np.allclose(made, keyed(light * 2), atol=1e-5)
    for name in ("look", "lost"):
        words = ["--colorspace", name, "--overwrite"]
        assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", *words) == 4
        assert f"cannot be used for --colorspace {name}: " in capsys.readouterr().out


def curve(path, middle):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"Version 1\nFrom 0 1\nLength 3\nComponents 1\n{{\n0\n{middle}\n1\n}}\n")


def test_a_file_of_the_space_that_changes_makes_frames_stale(tmp_path, capsys, monkeypatch):
    """The config is the same text, and the library's own id of it the same."""
    (tmp_path / "studio.ocio").write_text(STUDIO)
    monkeypatch.setenv("OCIO", str(tmp_path / "studio.ocio"))
    for middle in (0.25, 0.5, 0.5):
        ocio.ClearAllCaches()
        curve(tmp_path / "luts" / "lost.spi1d", middle)
        rendered(tmp_path, "--colorspace", "lost")
    said = capsys.readouterr().out
    assert said.count("frame 1 rendered") == 2 and said.count("frame 1 is there") == 1
    assert "stale: output (lost (" in said


def test_the_same_space_elsewhere_is_the_same(tmp_path, monkeypatch):
    told = []
    for place in ("a", "b"):
        curve(tmp_path / place / "luts" / "lost.spi1d", 0.3)
        (tmp_path / place / "studio.ocio").write_text(STUDIO)
        monkeypatch.setenv("OCIO", str(tmp_path / place / "studio.ocio"))
        told.append(str(space_of("lost", "p.exr")))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("where", "told"), [("", "set OCIO"), ("gone.ocio", "cannot be used"), ("bad.ocio", "cannot be used")]
)
def test_a_config_that_cannot_be_used_is_a_sentence(tmp_path, capsys, monkeypatch, where, told):
    (tmp_path / "bad.ocio").write_text("ocio_profile_version: 2\nroles: [")
    monkeypatch.setenv("OCIO", str(tmp_path / where) if where else "")
    write(tmp_path / "p.0001.exr", plate())
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", "--colorspace", "ACEScg") == 4
    assert told in capsys.readouterr().out


def test_a_shot_is_analysed_mended_and_rendered_in_one_space(tmp_path, capsys):
    """Files in a space that no type tells: what the sidecar was made in, all that reads the plate obeys."""
    from anatomatte.errors import SettingsError
    from anatomatte.shot.reading import read_shot
    from anatomatte_batch.analyse import AnalyseRequest
    from anatomatte_batch.correct import CorrectRequest
    from anatomatte_review.folder import Root
    from anatomatte_review.room.plates import opened

    light = plate() * np.float32(0.4)
    for n in (1, 2):
        log = converted(light, "scene_linear", "ACEScct").astype(np.float32)
        write(tmp_path / f"p.{n:04}.exr", log, "float")
    source = str(tmp_path / "p.####.exr")
    sidecar = AnalyseRequest(source=source, colorspace="acescct").run().sidecar
    assert read_shot(sidecar).plate.colorspace == "ACEScct"
    words = [source, tmp_path / "k.####.exr", "--shot", sidecar]
    assert cli(*words) == 2
    assert "analysed with --colorspace 'ACEScct'" in capsys.readouterr().out
    assert cli(*words, "--colorspace", "ACEScct") == 0
    stroke = {"kind": "keep", "frame": 1, "stroke": [0.5, 0.5, 0.6, 0.5]}
    mended = CorrectRequest(sidecar=sidecar, source=source, add=[stroke]).run()
    assert len(mended.corrections) == 1 and mended.plate.colorspace == "ACEScct"
    seen = opened(Root(tmp_path), "p.####.exr", mended).read(1)
    assert np.abs(seen.pixels - light).max() < 1e-3
    with pytest.raises(SettingsError, match="one of the two"):
        AnalyseRequest(source=source, colorspace="ACEScct", colour="srgb").run()


def test_a_job_for_a_queue_names_the_space(tmp_path):
    from anatomatte_batch.farm.description import load

    write(tmp_path / "p.0001.exr", plate())
    told = 'source = "p.####.exr"\noutput = "k.####.exr"\ncolorspace = "ACEScct"\nout_colorspace = "ACEScg"'
    (tmp_path / "shot.toml").write_text(f"[shot]\n{told}\ntrim = true\n")
    shot = load(tmp_path / "shot.toml")
    words = shot.render_words("1")
    at = words.index("--colorspace")
    assert words[at : at + 5] == ["--colorspace", "ACEScct", "--out-colorspace", "ACEScg", "--trim"]
    assert shot.sheet_words("b", "1")[-2:] == ["--colorspace", "ACEScct"]
