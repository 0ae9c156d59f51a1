"""Writes `client/wire/generated.ts`: the numbers and words that page and server must share.

Run `python -m server.live.generate` after a change to any of them; a test compares.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from server import errors
from server.errors import CloseCode, Refusal
from server.live.wire import Message, Sync
from server.people.permits import Role
from server.settings import bundled
from server.writing import limits
from server.writing.document import SCHEMA

HEAD = "// Written by `python -m server.live.generate`. Do not change it by hand."


def generated() -> str:
    """The whole file."""
    shared = {
        name.lower(): value
        for name, value in vars(limits).items()
        if name.isupper() and name != "FILE_BYTES"
    }
    parts = [
        HEAD,
        f"export const SCHEMA = {SCHEMA};",
        _constant("MESSAGE", {kind.name: int(kind) for kind in Message}),
        _constant("SYNC", {step.name: int(step) for step in Sync}),
        f"export const SAVED = {int(Message.SAVED)};",
        f"export const NEWS = {int(Message.NEWS)};",
        _constant("LIMITS", shared),
        _constant("CLOSE", {code.name: int(code) for code in CloseCode}),
        "/** What to tell a person whose connection was closed, by the name of the close code. */",
        _constant("SENTENCES", {code.name: _sentence(code) for code in CloseCode}),
        _constant("ROLE", {role.name: role.value for role in Role}),
    ]
    return "\n".join(parts) + "\n"


def _constant(name: str, values: Mapping[str, int | str]) -> str:
    lines = "".join(f"\n  {key}: {_literal(value)}," for key, value in values.items())
    return f"export const {name} = {{{lines}\n}} as const;"


def _literal(value: int | str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sentence(code: CloseCode) -> str:
    """The sentence of the refusal that bears the code's name, else of the first with that code."""
    kinds = [kind for kind in _refusals() if kind.close is code]
    wanted = code.name.replace("_", "").lower()
    named = [kind for kind in kinds if kind.__name__.lower() == wanted]
    return (named or kinds)[0].sentence


def _refusals() -> Iterable[type[Refusal]]:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal:
            yield kind


def main() -> None:
    """Write the file into the client's sources."""
    target = Path(bundled("client", "wire", "generated.ts"))
    target.write_text(generated(), encoding="utf-8")


if __name__ == "__main__":
    main()
