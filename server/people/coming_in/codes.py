"""Short codes that stand on cards, to be typed: 60 random bits in 12 letters and numbers.

The alphabet is Crockford's base 32, which has no letter that looks like a number. 60 bits are too
few to be kept as a plain hash (see secret.py), and enough against guessing: with a thousand cards,
somebody who tries a million codes a day finds one in three million years.
"""

import secrets
import unicodedata

import segno
from markupsafe import Markup

from server.people.secret import keyed_hash

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_PART = 4
_BITS = 5
# What people type for what stands on the card.
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LONGEST = 100


def new_code() -> str:
    """A new code as it is kept in an address: 12 letters and numbers without dashes."""
    number = secrets.randbits(_LENGTH * _BITS)
    places = range((_LENGTH - 1) * _BITS, -1, -_BITS)
    return "".join(_LETTERS[number >> place & 31] for place in places)


def grouped(code: str) -> str:
    """A code as it stands on a card: "K7MQ-4QXT-2PDN"."""
    return "-".join(code[start : start + _PART] for start in range(0, len(code), _PART))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, however they typed it; None for what cannot be one."""
    plain = unicodedata.normalize("NFKC", typed[:_LONGEST])
    kept = "".join(letter for letter in plain.upper() if letter.isalnum()).translate(_MEANT)
    return kept if len(kept) == _LENGTH and set(kept) <= set(_LETTERS) else None


def hash_of_code(secret: bytes, code: str) -> str:
    """What we keep of a code that `read_code` or `new_code` gave."""
    return keyed_hash(secret, f"card {code}")


def square_of(link: str) -> Markup:
    """A link as a QR code to scan, in SVG: black on white with a quiet zone, whatever the page."""
    made = segno.make(link, error="m", micro=False)
    # segno writes the picture from numbers only: nothing of the link stands in it as text.
    drawn = made.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="square")
    return Markup(drawn)  # noqa: S704 -- see above
