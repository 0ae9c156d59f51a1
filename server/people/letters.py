"""What our e-mails say: plain text in short sentences, each link on a line of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from server.web.dates import in_words


class Letter(NamedTuple):
    """An e-mail to one address."""

    to: str
    subject: str
    text: str


def invitation(
    to: str, *, name: str, group: str, link: str, until: datetime, by: str, is_kept: bool
) -> Letter:
    """The link of an invitation, from the one who invites."""
    how_often = "It works again and again. Keep it for yourself." if is_kept else "It works once."
    return Letter(
        to,
        f"Come in to {group}",
        _lines(
            f"Hello {name},",
            f"{by} invites you to {group}.",
            "Open this link. Then press Come in. You need no password.",
            link,
            f"{how_often} It works until {in_words(until)}.",
            "Did you not expect this? Then you can throw this e-mail away.",
        ),
    )


def sign_in(to: str, links: Sequence[tuple[str, str]]) -> Letter:
    """A link for each person (name, link) who has this address."""
    each = [part for name, link in links for part in (f"Come in as {name}:", link)]
    again = "Each link works once, for 1 hour." if len(links) > 1 else "It works once, for 1 hour."
    return Letter(
        to,
        "Your link to come in",
        _lines(
            "Hello,",
            "You asked us for a link to come in to Our Charter.",
            *each,
            again,
            "Did you not ask for it? Then you can throw this e-mail away.",
        ),
    )


def _lines(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
