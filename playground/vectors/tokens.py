"""Write tokens: a write's number in its namespace, signed, so that the next read can say what it has to see."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from playground.errors import BadRequestError, InferenceServiceUnavailableError
from playground.vectors.scope import Scope
from playground.vectors.store import Store

_KIND = "write_token_key"
_PREFIX = "wt_"
_MAC = 16  # bytes


def minted(store: Store, scope: Scope, changes: int) -> str:
    """The token of a write after which the namespace had this number of changes."""
    keys = _keys(store, scope)
    if not keys:  # two servers may both come here: the oldest key signs from then on, and each is good for reading
        store.keep(scope.owner, scope.namespace, _KIND, secrets.token_hex(8), {"key": secrets.token_hex(32)})
        keys = _keys(store, scope)
    number = changes.to_bytes(8, "big")
    return _PREFIX + urlsafe_b64encode(number + _mac(keys[0], number)).decode().rstrip("=")


def check(store: Store, scope: Scope, token: str) -> None:
    """Return when reads see the write of this token, which is at once: a store shows what it acknowledged.

    Raises BadRequestError for a token that was not made for this namespace, and InferenceServiceUnavailableError where
    the database is older than the write, as a restored one may be.
    """
    number, mac = _parts(token)
    keys = _keys(store, scope)
    if not any(hmac.compare_digest(mac, _mac(key, number)) for key in keys):
        raise BadRequestError(
            f"this write token is not of the namespace `{scope.namespace}`; send the `write_token` that the upsert "
            "answered, as it is, with the same key and `X-Namespace`; or leave it out",
            code="write_token_unknown",
        )
    if store.namespace(scope.owner, scope.namespace).changes < int.from_bytes(number, "big"):
        raise InferenceServiceUnavailableError(
            "the write of this token is not in the database that is asked; send the write again", retryable=False
        )


def _parts(token: str) -> tuple[bytes, bytes]:
    body = token.removeprefix(_PREFIX)
    try:
        data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except ValueError:
        data = b""
    return data[:8], data[8:]


def _mac(key: str, number: bytes) -> bytes:
    return hmac.digest(bytes.fromhex(key), number, hashlib.sha256)[:_MAC]


def _keys(store: Store, scope: Scope) -> list[str]:
    return [str(each["key"]) for each in store.kept(scope.owner, scope.namespace, _KIND).values()]
