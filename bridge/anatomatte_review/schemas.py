"""The words of the service: its forms and its answers, as OpenAPI tells them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from anatomatte.toml_table import nearest

from .problems import Refused

Picture = Literal["png", "jpg", "webp", "tif", "exr"]
MEDIA: dict[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "tif": "image/tiff",
    "exr": "image/x-exr",
    "zip": "application/zip",
    "json": "application/json",
}
"""Format → media type."""


def _as_written(value: Any) -> Any:
    """Refuse ``1_0``, which would be ten: nobody writes a number so."""
    if isinstance(value, str) and "_" in value:
        raise ValueError("a number is written in digits")
    return value


Number = Annotated[float, BeforeValidator(_as_written)]
Whole = Annotated[int, BeforeValidator(_as_written)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CutForm(_Form):
    """The fields of a cutout; the picture is in `image`."""

    bg: str = Field(
        "transparent",
        max_length=64,
        description="Behind them: `transparent`, a colour like `#20a040`, or a picture as a file.",
    )
    format: Picture = Field(
        "png", description="Of the result. JPEG has no alpha: white unless `bg` says else."
    )
    only: str = Field(
        "",
        max_length=1000,
        description="Parts or groups to keep, like `face,hair`; empty keeps whole people.",
    )
    threshold: Number | None = Field(
        None, ge=0, le=1, description="Makes the matte hard there; without it the matte stays soft."
    )
    feather: Number = Field(0, ge=0, le=200, description="Softens the edge, in pixels.")
    erode: Number = Field(0, ge=-200, le=200, description="Shrinks the matte, in pixels; negative grows it.")
    quality: Whole = Field(92, ge=1, le=100, description="Of JPEG and WebP.")


class SourceForm(_Form):
    """The fields of a face source: none but its pictures, which are in `image`."""


class ParseForm(_Form):
    """The fields of a parse; the picture is in `image`."""

    format: Literal["png", "zip", "json"] | None = Field(
        None,
        description="Colour map, or masks with labels. Without it the header Accept decides; png at last.",
    )
    regions: bool = Field(False, description="Regions of faces too; the colour map is then of them.")


class BatchForm(CutForm):
    """The fields of a batch: those of a cutout, and what else is wanted of each picture."""

    alpha: bool = Field(False, description="The matte too, as a grey PNG.")
    parts: bool = Field(False, description="The colour map of parts and the labels too.")
    regions: bool = Field(False, description="The colour map of the regions of faces, and their labels, too.")
    plate: bool = Field(False, description="The picture as it was read too, as a JPEG for viewing.")


class Problem(BaseModel):
    """A failure."""

    error: str = Field(description="What is wrong.")
    cure: str = Field(description="What helps.")


class ItemState(BaseModel):
    """One picture of a batch."""

    name: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    error: str = ""
    cure: str = ""
    seconds: float = Field(0, description="In the engine.")
    files: dict[str, str] = Field(default_factory=dict, description="Name of a result → where it is fetched.")
    views: dict[str, str] = Field(
        default_factory=dict,
        description="For a page: result, alpha, parts, regions, plate → where it is fetched.",
    )
    labels: dict[str, Any] | None = Field(None, description="People and parts, as `POST /parse` tells them.")
    told: list[str] = Field(default_factory=list, description="What there is to say of the result.")


class JobState(BaseModel):
    """A batch."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int = Field(description="Pictures that are done or failed.")
    total: int
    result: str = Field(description="Where the zip is fetched once pictures are done.")
    items: list[ItemState]


class Parsed(BaseModel):
    """Who and what is in a picture."""

    labels: dict[str, Any]
    masks: dict[str, str] = Field(description="Name → grey PNG in base64.")


class FolderState(BaseModel):
    """A folder of the server."""

    path: str
    folders: list[str]
    pictures: list[str]
    whole: bool = Field(description="Whether that is all there is; long folders are cut off.")


class EngineState(BaseModel):
    """The warm cutter."""

    state: Literal["starting", "ready", "failed", "stopped"]
    fault: str
    busy: bool
    waiting: int
    done: int
    failed: int
    cancelled: int
    seconds: float = Field(description="Mean of the last pictures; 0 before the first.")


class Model(BaseModel):
    """A network that is here."""

    id: str
    title: str
    licence: str
    commercial: bool = Field(description="Whether its licence allows commercial use.")
    refused: str = Field("", description="Why the studio's policy does not permit it.")


class PullForm(_Form):
    """What it takes to bring a network here."""

    licence: str = Field(
        max_length=40, description="The class of its licence as `GET /models` tells it, which accepts it."
    )
    precision: Literal["", "fp32", "fp16", "int8"] = Field(
        "", description="Of the file; without it the first one."
    )


class PullState(BaseModel):
    """How far a network is on its way."""

    precision: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    ending: bool = Field(description="Whether it was cancelled and has not ended yet.")
    done: int = Field(description="Bytes that are here.")
    total: int = Field(description="Bytes in all; 0 where nobody knows.")
    told: str
    error: str
    cure: str


class Network(BaseModel):
    """A network of others."""

    id: str
    title: str
    about: str
    page: str = Field(description="Where it is published.")
    licence: str = Field(description="The class of its licence.")
    licence_name: str
    licence_means: str
    note: str
    engines: list[str] = Field(description="Which menus offer it: parts, alpha, edge.")
    bytes: int = Field(description="Of its file; 0 where nobody knows.")
    here: bool
    refused: str = Field(description="Why the studio's policy does not permit it.")
    source: str = Field(description="Where it would come from; empty where no address leads to it.")
    by_hand: str = Field(description="How it comes otherwise.")
    pull: PullState | None = None


class Networks(BaseModel):
    """The catalogue."""

    allowed: bool = Field(description="Whether this server fetches networks: --allow-pull.")
    models: list[Network]
    not_read: dict[str, str] = Field(description="Id → what is wrong with its manifest.")


class Found(BaseModel):
    """A line of the doctor."""

    name: str
    state: Literal["ok", "failed", "hint"]
    told: str


class Status(BaseModel):
    """The server."""

    engine: EngineState
    device: str
    versions: dict[str, str]
    models: list[Model]
    limits: dict[str, float]
    parts: dict[str, str] = Field(description="Parts and groups that `only` takes → their labels.")
    folder: bool = Field(description="Whether there is a folder of the server to take pictures from.")
    jobs: int = Field(description="Batches that are not finished.")
    doctor: list[Found] | None = Field(None, description="Asked for with `?doctor=true`.")


Any_Form = TypeVar("Any_Form", bound=_Form)


def filled(form: type[Any_Form], fields: dict[str, str]) -> Any_Form:
    """A form of its fields.

    Raises:
        Refused: 422, a field is unknown or out of range; the first one is named.
    """
    try:
        return form.model_validate(fields)
    except ValidationError as why:
        first = why.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0])[:40] if first["loc"] else "form"
        if first["type"] == "extra_forbidden":
            raise Refused(
                422,
                f"There is no field {name!r}; {nearest(name, form.model_fields)}",
                "Leave it out, or correct it.",
            ) from why
        told = first["msg"].removeprefix("Value error, ").rstrip(".")  # of what is refused here
        raise Refused(422, f"The field {name!r} is wrong: {told}.", "Correct it and send it again.") from why


def body(form: type[_Form], many: bool = False) -> dict[str, Any]:
    """The request body of a form with pictures, for OpenAPI.

    Args:
        many: whether `image` may be there several times, or a zip, or left out for `path`.
    """
    schema = form.model_json_schema()
    schema.pop("title", None)
    file: dict[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
    file |= {"format": "binary", "description": "A picture."}
    if many:
        listed = {"type": "array", "items": file, "description": "Pictures, or zips of pictures."}
        path = {
            "type": "array",
            "items": {"type": "string"},
            "description": "Pictures of the server's folder.",
        }
        schema["properties"] |= {"image": listed, "path": path}
    else:
        schema["properties"] |= {"image": file}
        schema["required"] = ["image"]
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


_SAID = {
    400: "The form is damaged or cut short.",
    401: "The server asks for its token.",
    403: "Another page may not send this.",
    404: "There is no such thing, or it is gone.",
    408: "The upload stood still.",
    409: "It is not done yet.",
    413: "More bytes, pixels or files than the server takes.",
    415: "It is no picture.",
    421: "The server is not called by that name.",
    422: "A field is wrong.",
    429: "Too much is waiting; Retry-After tells when to try again.",
    500: "Our bug.",
    503: "The engine does not work, or the server is ending.",
    504: "It was not done in time.",
    507: "The server's disk is full.",
}


def answers(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The failures of an operation, for OpenAPI; those of the border are always among them."""
    every = sorted({*codes, 400, 401, 403, 408, 421, 500})
    return {code: {"model": Problem, "description": _SAID[code]} for code in every}
