"""Who may see it: checked before anything else happens to a request.

docs/threat-model.md says against whom each check stands.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tunnel_monitor.serve.encoding import encode

API = "/api/"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
COOKIE_AGE_S = 30 * 24 * 3600


def new_token() -> str:
    """A token nobody guesses: 256 bits."""
    return secrets.token_urlsafe(32)


def sentence(
    status: int, text: str, headers: dict[str, str] | None = None, **more: int
) -> Response:
    """A reply that is one sentence: why not, and what to do; perhaps with numbers."""
    return Response(
        encode({"error": text, **more}),
        status,
        {"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )


@dataclass(frozen=True, slots=True)
class Access:
    """What a request must show.

    Args:
        host: the address the server listens on.
        port: likewise; it names the cookie, because browsers share cookies between ports.
        allowed_hosts: further names that users may reach the server by.
        token: None where everybody who can connect may see it all, as on loopback.
        secure: whether it is served by HTTPS; then browsers show the cookie there only.
    """

    host: str
    port: int
    allowed_hosts: frozenset[str] = frozenset()
    token: str | None = None
    secure: bool = False

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the token."""
        return f"tunnel-monitor-{self.port}"

    def allows_host(self, header: str) -> bool:
        """Whether a Host header names this server.

        A page elsewhere whose name is made to resolve to our address (DNS rebinding) can send us
        requests and read the answers, but they carry its own name. An address cannot be made to
        resolve to another one; where the server listens on all of them, any is right.
        """
        name = _host_name(header)
        if name is None:
            return False
        if name == "localhost" or name in self.allowed_hosts:
            return True
        address = _address(name)
        ours = _address(self.host)
        if address is None or ours is None:
            return name == self.host
        return address.is_loopback or address == ours or ours.is_unspecified

    def allows_origin(self, origin: str, host: str) -> bool:
        """Whether an Origin header, if there is one, is the page of this very server."""
        return not origin or urlsplit(origin).netloc.lower() == host.lower()

    def allows_token(self, shown: str) -> bool:
        """Whether it is the token; how long that takes tells nothing about it."""
        return self.token is not None and hmac.compare_digest(shown.encode(), self.token.encode())


class Guard:
    """ASGI middleware: refuses what may not pass, and adds the security headers to all replies.

    Args:
        app: gets what may pass, without the parameter `token`.
        access: what a request must show.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        parameters = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in parameters if name == "token"]
        rest = urlencode([pair for pair in parameters if pair[0] != "token"])
        inner = {**scope, "query_string": rest.encode()} if tokens else scope
        reply = self._refusal(Headers(scope=scope), tokens) or self._entrance(scope, tokens, rest)
        await (reply or self._app)(inner, receive, _with_headers(send))

    def _refusal(self, headers: Headers, tokens: list[str]) -> Response | None:
        access = self._access
        host = headers.get("host", "")
        if not access.allows_host(host):
            return sentence(
                403,
                f"this server does not go by the name {host!r}; "
                "use the address it printed, or start it with --allowed-host NAME",
            )
        if not access.allows_origin(headers.get("origin", ""), host):
            return sentence(403, "another site's page asked for this; only our own page may")
        if access.token is None or any(map(access.allows_token, self._shown(headers, tokens))):
            return None
        return sentence(
            401,
            "this needs the token that the server printed at its start; "
            "open the address it printed, or send Authorization: Bearer TOKEN",
            {"www-authenticate": "Bearer"},
        )

    def _shown(self, headers: Headers, tokens: list[str]) -> list[str]:
        """All tokens a request carries."""
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        bearer = [credentials.strip()] if scheme.lower() == "bearer" else []
        cookies = cookie_parser(headers.get("cookie", ""))
        return [*tokens, *bearer, cookies.get(self._access.cookie, "")]

    def _entrance(self, scope: Scope, tokens: list[str], rest: str) -> Response | None:
        """Swap a token in the page's address for a cookie, so that it is not left lying about."""
        token = self._access.token
        if token is None or not tokens or scope["path"].startswith(API):
            return None
        path = "/" + scope["path"].lstrip("/")  # `//host` would lead elsewhere
        reply = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
        reply.set_cookie(
            self._access.cookie,
            token,
            COOKIE_AGE_S,
            path="/",
            secure=self._access.secure,
            httponly=True,
            samesite="strict",
        )
        return reply


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return send_with_headers


def _host_name(header: str) -> str | None:
    """The name or address of a Host header, without port and brackets; None for nonsense."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
