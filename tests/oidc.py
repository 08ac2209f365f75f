"""A small OpenID provider on loopback: discovery, authorisation code with PKCE left to the client, signed id tokens.

Whoever comes is logged in at once as `user`; https://openid.net/specs/openid-connect-core-1_0.html, section 3.1.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.contract.serving import listening

CLIENT, SECRET = "playground", "the-clients-own-secret"


@dataclass
class Provider:
    """The provider: its address, and the claims about whoever logs in next."""

    user: dict[str, Any]
    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    nonces: dict[str, str] = field(default_factory=dict)
    """Of each code that was given out."""

    async def discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        code = secrets.token_urlsafe(8)
        self.nonces[code] = asked.get("nonce", "")
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600}
        claims |= {"nonce": self.nonces.pop(form["code"])} | self.user
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse({"access_token": "of-no-use", "token_type": "Bearer", "expires_in": 600, "id_token": token})


@contextmanager
def provider(**user: Any) -> Iterator[Provider]:
    """Serve one until the block ends."""
    made = Provider(user)
    routes = [
        Route("/.well-known/openid-configuration", made.discovery),
        Route("/keys", made.keys),
        Route("/authorize", made.authorize),
        Route("/token", made.token, methods=["POST"]),
    ]
    with listening(Starlette(routes=routes)) as made.url:
        yield made


def section(url: str) -> str:
    """What stands in `secrets.toml` for this provider."""
    return f"""[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "a-secret-that-signs-the-cookies"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{url}/.well-known/openid-configuration"
"""
