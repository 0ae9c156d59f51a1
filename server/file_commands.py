"""The commands that work on files alone, without a database: compare and merge.

They end with 0 when there is nothing to look at, and with `TO_LOOK_AT` when there is.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from server.comparing import align, export, files, listing, whole
from server.comparing.merge_json import merge_json
from server.comparing.side import Side
from server.comparing.whole import Standing
from server.errors import FileTooBig, UnreadableFile
from server.settings import Settings
from server.writing.charter import Charter

TO_LOOK_AT = 3


def compare(_settings: Settings, first: Path, second: Path, as_json: bool) -> int:
    """Print what the second file changed."""
    old, new = read_charter(first), read_charter(second)
    compared = align.compare(old, whole.beside(old, new))
    if as_json:
        sides = (
            Side(str(name), "", "", None, charter)
            for name, charter in ((first, compared.old), (second, compared.new))
        )
        _print_json(export.comparison_json(compared, *sides))
    else:
        _print(listing.comparison(compared))
    same = not any(change.is_change or change.parts for change in compared.items)
    titles = (old.title, old.summary) == (new.title, new.summary)
    return 0 if same and titles else TO_LOOK_AT


def merge(_settings: Settings, base: Path, ours: Path, theirs: Path, as_json: bool) -> int:
    """Print what comes of the changes that two files made of a third one."""
    was = read_charter(base)
    here, there = whole.both_beside(was, read_charter(ours), read_charter(theirs))
    merges = whole.merge_charters(was, here, there)
    sides = align.compare(was, here), align.compare(was, there)
    if as_json:
        _print_json(merge_json(merges, *sides, [str(base), str(ours), str(theirs)]))
    else:
        _print(listing.merge(merges, *sides))
    open_ones = {Standing.PROPOSED, Standing.CHOOSE}
    return TO_LOOK_AT if any(whole.standing(each) in open_ones for each in merges) else 0


def read_charter(file: Path) -> Charter:
    """The Charter in a file. Raises UnreadableFile, FileTooBig and what `files.read` raises."""
    try:
        if file.stat().st_size > files.LARGEST:
            raise FileTooBig
        body = file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"We could not read the file {file}: {error.strerror}.") from error
    return files.read(file.name, body)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
