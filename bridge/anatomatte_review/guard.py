"""Who may speak to the server: Host and Origin against pages of others, a token beyond this machine."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from .problems import Refused

COOKIE = "anatomatte"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_loopback(host: str) -> bool:
    """Whether an address reaches this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def new_token() -> str:
    """A token that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(24)


class Guard:
    """Judges a request by its headers, before anything of its body is read.

    Args:
        token: that every request has to show; None asks for none.
        names: hosts that the server is called by, besides addresses and ``localhost``.
    """

    def __init__(self, token: str | None, names: Iterable[str] = ()) -> None:
        self._token = token
        self._names = frozenset({"localhost", *(name.lower().rstrip(".") for name in names)})

    @property
    def asks(self) -> bool:
        """Whether there is a token to show."""
        return self._token is not None

    def check_place(self, method: str, scheme: str, headers: Mapping[str, str]) -> None:
        """Refuse what a page of somebody else may have sent.

        A page under a name that its owner bends to this machine (DNS rebinding) still says that name as
        Host; one elsewhere says where it stands as Origin or Sec-Fetch-Site when it posts.

        Args:
            headers: by names in lower case.

        Raises:
            Refused: 421 for the Host, 403 for the origin.
        """
        host = headers.get("host", "")
        if not self._is_ours(host):
            raise Refused(
                421,
                "This server is not called by that name.",
                "Use its address, or start it with --allow-host.",
            )
        if method in _SAFE:
            return
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "none")
        parts = urlsplit(origin) if origin and origin != "null" else None
        same = parts is None or parts.netloc.lower() == host.lower()
        if origin == "null" or not same or site not in ("same-origin", "none"):
            raise Refused(403, "Another page may not send this.", "Use the server's own page, or a program.")

    def check_token(self, headers: Mapping[str, str]) -> None:
        """Refuse who does not show the token, in ``Authorization: Bearer`` or the cookie of `session`.

        Raises:
            Refused: 401.
        """
        if self._token is None:
            return
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.knows(shown.strip()):
            return
        if hmac.compare_digest(_cookie(headers.get("cookie", "")).encode(), self.session().encode()):
            return
        raise Refused(
            401,
            "The server asks for its token.",
            "Open the login link that it printed, or send `Authorization: Bearer TOKEN`.",
            {"WWW-Authenticate": "Bearer"},
        )

    def knows(self, shown: str) -> bool:
        """Whether a token is the server's; told in the same time whatever it is."""
        return self._token is not None and hmac.compare_digest(shown.encode(), self._token.encode())

    def session(self) -> str:
        """What the cookie of a browser that logged in holds: not the token itself."""
        return hmac.new((self._token or "").encode(), b"anatomatte session", hashlib.sha256).hexdigest()

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            port = urlsplit(f"//{host}").port
        except ValueError:
            return False
        if not name or "@" in host or (port is not None and not 0 < port < 65536):
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name.rstrip(".") in self._names
        return True


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
