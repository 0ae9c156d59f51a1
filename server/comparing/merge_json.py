"""A merge as JSON; docs/command-line.md has the form."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from server.comparing import phrases
from server.comparing.align import Comparison
from server.comparing.merge import ItemMerge, PictureMerge, PresenceMerge, TextMerge
from server.comparing.whole import Standing, standing
from server.writing import rich_text
from server.writing.charter import Kind
from server.writing.rich_text import RichText


def merge_json(
    merges: Sequence[ItemMerge], here: Comparison, there: Comparison, names: Sequence[str]
) -> dict[str, Any]:
    """Every item of three versions and what comes of it; `names` are of base, ours and theirs."""
    counts = Counter(map(standing, merges))
    charters = (here.old, here.new, there.new)
    return {
        **{
            side: {"version": name, "title": charter.title, "language": charter.language}
            for side, name, charter in zip(("base", "ours", "theirs"), names, charters, strict=True)
        },
        "counts": {str(each): counts[each] for each in Standing},
        "items": [_item(merge, here, there) for merge in merges],
    }


def _item(merge: ItemMerge, here: Comparison, there: Comparison) -> dict[str, Any]:
    item = next(each for each in (merge.theirs, merge.ours, merge.base) if each is not None)
    return {
        "id": merge.item_id,
        "kind": str(item.kind),
        "numbers": [
            charter.numbers.get(merge.item_id) if item.kind is Kind.STATEMENT else None
            for charter in (here.old, here.new, there.new)
        ],
        "standing": str(standing(merge)),
        "outcome": str(merge.outcome),
        "words": _text(merge.words),
        "meaning": _text(merge.meaning),
        "picture": _value(merge.picture),
        "presence": _value(merge.presence),
        "place": str(merge.place),
        "ours": _sentences(merge.item_id, here, by_others=False),
        "theirs": _sentences(merge.item_id, there, by_others=True),
    }


def _text(text: TextMerge) -> dict[str, Any]:
    found: dict[str, Any] = {
        "outcome": str(text.outcome),
        "base": rich_text.to_json(text.base),
        "ours": rich_text.to_json(text.ours),
        "theirs": rich_text.to_json(text.theirs),
        "result": _rich(text.result),
    }
    if text.reason is not None:
        found["reason"] = str(text.reason)
    return found


def _value(value: PictureMerge | PresenceMerge) -> dict[str, Any]:
    return {
        "outcome": str(value.outcome),
        "base": value.base,
        "ours": value.ours,
        "theirs": value.theirs,
        "result": value.result,
    }


def _rich(rich: RichText | None) -> list[dict[str, Any]] | None:
    return None if rich is None else rich_text.to_json(rich)


def _sentences(item_id: str, comparison: Comparison, *, by_others: bool) -> list[str]:
    """What one side did with an item, in sentences; nothing where it kept it."""
    change = comparison.by_id.get(item_id)
    if change is None or not change.is_change:
        return []
    return list(phrases.of_item(change, comparison, by_others=by_others))
