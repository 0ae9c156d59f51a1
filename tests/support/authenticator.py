"""A small device that keeps keys, as a phone does: what it makes and signs is real."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

from server.people.coming_in.passkey_answers import Site

# Where the tests make keys and sign with them, and what they sign.
HERE = "http://localhost:8000"
SITE = Site("localhost", [HERE])
CHALLENGE = b"sign this" * 4

_PRESENT = 0x01
_HAS_KEY = 0x40


@dataclass
class Authenticator:
    """One device with one key at most. `count` is how often it says that it has signed."""

    origin: str
    rp_id: str = "localhost"
    count: int = 0
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: str = ""

    def make(self, options: dict[str, Any]) -> str:
        """Make a key, as `navigator.credentials.create` does; returns what the page sends."""
        self.user = options["user"]["id"]
        client = self._client("webauthn.create", options["challenge"])
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        about = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._data(_PRESENT | _HAS_KEY) + about
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "attestationObject": bytes_to_base64url(attested),
            }
        )

    def sign(self, options: dict[str, Any], **changed: Any) -> str:
        """Sign a challenge, as `navigator.credentials.get` does; returns what the page sends."""
        self.count += self.counts
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(_PRESENT)
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": self.user,
        }
        return self._answer(response | changed)

    def _client(self, kind: str, challenge: str) -> bytes:
        assert base64url_to_bytes(challenge)
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        site = hashlib.sha256(self.rp_id.encode()).digest()
        return site + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        key = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})
