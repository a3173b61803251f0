"""The words of the review room: its requests and answers, as OpenAPI tells them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Path = Annotated[str, StringConstraints(max_length=4000)]
Share = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]
View = Literal[
    "plate", "matte", "overlay", "comp", "people", "parts", "evidence", "band", "regions", "replaced"
]
Revision = Annotated[str, StringConstraints(max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OpenShot(_Body):
    """Which shot is to be opened."""

    shot: Path = Field(description="A sidecar below the server's folder, like `day1/plate.shot.json`.")
    source: Path | None = Field(None, description="Its plate, where it does not lie beside it.")
    preset: Path | None = Field(None, description="Settings of the shot, a TOML below the folder.")


class Stroke(_Body):
    """A correction, with the keys of the sidecar."""

    kind: Literal["keep", "remove", "part", "person", "one"]
    frame: int = Field(ge=-1_000_000_000, le=1_000_000_000)
    part: str = Field("", max_length=40)
    people: list[Annotated[int, Field(ge=1, le=8)]] = Field(default_factory=list, max_length=2)
    stroke: list[Share] = Field(
        default_factory=list, max_length=4000, description="x, y, x, y … in shares of the picture, y down."
    )
    radius: float = Field(0.01, ge=0.001, le=0.5, description="In shares of the picture's height.")
    reach: int = Field(20, ge=0, le=10000, description="Frames to either side.")


class Corrections(_Body):
    """Corrections that are to be added."""

    corrections: list[Stroke] = Field(min_length=1, max_length=50)


class Acceptance(_Body):
    """Whether somebody finds a frame good."""

    accepted: bool


class PersonChange(_Body):
    """What is to be changed of a person; what is left out stays."""

    name: str | None = Field(None, max_length=40)
    wears: str | None = Field(None, max_length=200)


class ConsentNote(_Body):
    """Who agreed to what, and when (a date, ISO 8601); all empty for nobody."""

    who: str = Field("", max_length=200)
    what: str = Field("", max_length=500)
    when: str = Field("", max_length=10)
    note: str = Field("", max_length=2000)


class Actor(_Body):
    """Whose face is replaced."""

    number: int = Field(ge=0, le=8, description="Of a person of the shot; 0 for who fills most.")


class ListedShot(BaseModel):
    """A sidecar of a folder."""

    name: str
    path: str
    plate: str
    first: int
    last: int
    people: int
    checked: int
    doubtful: int
    accepted: int
    fault: str = Field(description="A sentence where it cannot be read.")


class ListedPlate(BaseModel):
    """A sequence or video that has no sidecar."""

    name: str
    path: str
    first: int
    last: int


class ShotsState(BaseModel):
    """What a folder holds for a review."""

    path: str
    folders: list[str]
    shots: list[ListedShot]
    plates: list[ListedPlate]
    whole: bool = Field(description="Whether that is all there is.")
    writable: bool = Field(description="Whether sidecars may be mended.")


class ShotState(BaseModel):
    """A shot under review."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    path: str
    source: str
    preset: str
    revision: str = Field(description="Of the sidecar; changes ask for it in If-Match.")
    writable: bool
    width: int
    height: int
    fps: float
    first: int
    last: int
    frames: list[dict[str, Any]] = Field(description="n, qc, doubtful, ratio, accepted, people, marks …")
    people: list[dict[str, Any]]
    scenes: list[dict[str, Any]]
    consent: dict[str, str]
    actor: int = Field(description="The person whose face is replaced; 0 is who fills most.")
    corrections: list[dict[str, Any]]
    doubtful: list[int] = Field(description="Frames that nobody accepted, the worst first.")
    checked: int
    accepted: int
    undo: list[str] = Field(description="What can be undone, the last first.")
    redo: list[str]
    command: str = Field(description="Renders what is stale of the shot.")


class SourceState(BaseModel):
    """Pictures of a face that is put in."""

    source: str = Field(description="Its name: `replaced?source=` asks for it.")
    pictures: int
    sent: bool = Field(description="Whether it was sent here, and goes with the room.")
    command: str = Field(description="Renders the shot with it; empty of what was sent.")


class FaceState(BaseModel):
    """A face of a frame, as the analysis found it."""

    person: str = Field(description="Whose: a layer, or empty for nobody who is numbered.")
    score: float = Field(description="How far it is believed.")
    yaw: float
    pitch: float
    roll: float
    points: list[float] = Field(description="Landmarks: x, y, x, y … in shares of the picture, y down.")
    seen: list[float] = Field(description="How far each is in sight, 0 to 1; empty where that is unknown.")


class FacesState(BaseModel):
    """The faces of a frame."""

    faces: list[FaceState]


class LayerValue(BaseModel):
    """What a layer holds at a place."""

    layer: str
    value: float


class Place(BaseModel):
    """Who and what is at a place."""

    person: str
    name: str
    part: str
    alpha: float
    layers: list[LayerValue]
