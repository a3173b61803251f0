"""The page, its parts and the login: files of the package, nothing of anybody else."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from .guard import COOKIE
from .problems import Refused
from .service import of

routes = APIRouter(include_in_schema=False)
_PAGE = files(__package__) / "page"
_MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FILES = frozenset(
    one.name for one in _PAGE.iterdir() if "." in one.name and f".{one.name.rpartition('.')[2]}" in _MEDIA
)
"""What the page is made of besides its HTML."""


@routes.get("/")
async def index() -> Response:
    """The page."""
    return _html("index.html")


@routes.get("/review")
async def review() -> Response:
    """The review room."""
    return _html("review.html")


@routes.get("/docs")
async def docs() -> Response:
    """The operations of the service, from its OpenAPI."""
    return _html("docs.html")


@routes.get("/favicon.ico")
async def icon() -> Response:
    """The icon, for browsers that look there."""
    return Response((_PAGE / "icon.svg").read_bytes(), media_type="image/svg+xml")


@routes.get("/page/{name}")
async def part(name: str) -> Response:
    """A part of the page, of a list made at the start."""
    if name not in FILES:
        raise Refused(404, "The page has no such part.", "Look at the address.")
    media = _MEDIA[f".{name.rpartition('.')[2]}"]
    return Response((_PAGE / name).read_bytes(), media_type=f"{media}; charset=utf-8")


@routes.get("/login")
async def login(request: Request, token: str = "") -> Response:
    """Takes the token of the login link into a cookie, so that it stands in no further address."""
    guard = of(request).guard
    home = f"{request.scope.get('root_path', '')}/"
    if not guard.asks:
        return RedirectResponse(home, 303)
    if not guard.knows(token):
        raise Refused(401, "That is not the server's token.", "Open the link as the server printed it.")
    answer = RedirectResponse(home, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, guard.session(), httponly=True, samesite="strict", secure=secure, path=home)
    return answer


def _html(name: str) -> Response:
    return HTMLResponse((_PAGE / name).read_text(encoding="utf-8"))
