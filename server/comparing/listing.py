"""Comparing and merging told in lines of text: sentences, and words with marks.

`[-taken out-]` and `{+put in+}` stand where the words stood, as people know them from elsewhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from server.comparing import phrases, words
from server.comparing.align import Comparison, ItemChange, Part, Stance
from server.comparing.merge import ItemMerge, Outcome, TextMerge, is_there
from server.comparing.mixing import Reason
from server.comparing.spans import Changes, Span, SpanKind
from server.comparing.whole import Standing, standing
from server.writing import rich_text
from server.writing.charter import Item, Kind
from server.writing.rich_text import RichText

_INDENT = "  "
_WHOLE_OLD, _WHOLE_NEW = "[-{}-]", "{{+{}+}}"

_SETTLED = {
    Outcome.SAME: "settled: both did the same",
    Outcome.OURS: "settled: ours",
    Outcome.THEIRS: "settled: theirs",
}
_REASONS = {
    Reason.CLOSE: "Both changed the same words, or words close to each other.",
    Reason.FLAGGED: "Both changed a number, or a word like not, must or may.",
    Reason.LONG: "Both together would be too long.",
}


# Two versions


def comparison(compared: Comparison) -> Iterator[str]:
    """What the newer version did, statement by statement, and a summary at the end.

    What stayed as it was is only counted.
    """
    old, new = compared.old, compared.new
    for name, was, now in (
        ("Title", old.title, new.title),
        ("Summary", old.summary, new.summary),
    ):
        if was != now:
            yield f"{name}: {_plain_change(was, now)}"
            yield ""
    for change in compared.items:
        sentences = phrases.of_item(change, compared)
        if change.is_change or change.parts:
            yield f"{_name(change.item, change.number_new, change.number_old)}: {change.stance}"
            yield from (_INDENT + line for line in (*sentences, *_change(change)))
            yield ""
    counts = compared.counts
    total = sum(counts.values())
    told = ", ".join(f"{counts[stance]} {stance}" for stance in Stance if counts[stance])
    yield f"{total} statements: {told}." if total else "There are no statements."


def _change(change: ItemChange) -> Iterator[str]:
    if change.stance is Stance.LEFT_OUT and change.old is not None:
        yield from _whole(_WHOLE_OLD, change.old.words)
    elif change.stance is Stance.ADDED and change.new is not None:
        yield from _whole(_WHOLE_NEW, change.new.words)
    elif change.old is not None and change.new is not None:
        old, new = change.old, change.new
        if Part.WORDS in change.parts:
            yield from marked(words.changes(old.words, new.words))
        if Part.MEANING in change.parts:
            yield "What it means:"
            yield from marked(words.changes(old.meaning, new.meaning))
        if Part.WHY in change.parts:
            yield "Why:"
            yield from marked(words.changes(old.why, new.why))


def marked(changes: Changes) -> Iterator[str]:
    """Two texts in one, a line for each paragraph or point."""
    for block in changes.blocks:
        line = "".join(_spans(block.spans)).strip()
        if line:
            yield f"- {line}" if block.bullet else line


def _spans(spans: Iterable[Span]) -> Iterator[str]:
    """Spans as text, marks around words only: blanks stand outside, and once."""
    blank, led = "", ""
    for span in spans:
        if span.kind in (SpanKind.SAME, SpanKind.STYLE, SpanKind.LINK):
            yield span.new_text if span.new_text[:1].isspace() else blank + span.new_text
            blank, led = "", ""
            continue
        for text, marks in ((span.old_text, _WHOLE_OLD), (span.new_text, _WHOLE_NEW)):
            inner = text.strip()
            if not inner:
                blank = blank or text
                continue
            start = text.index(inner)
            # What was put in for what was taken out stands right behind it.
            lead = "" if marks is _WHOLE_NEW and text[:start] == led else text[:start]
            yield (blank or lead) + marks.format(inner)
            blank, led = text[start + len(inner) :], text[:start]
    yield blank


def _whole(marks: str, rich: RichText) -> Iterator[str]:
    return (marks.format(line) for line in rich_text.plain(rich).split("\n") if line)


def _plain_change(old: str, new: str) -> str:
    changes = words.changes(rich_text.from_text(old), rich_text.from_text(new))
    return " ".join(marked(changes))


def _name(item: Item, *numbers: int | None) -> str:
    if item.kind is Kind.HEADING:
        return f"Heading “{rich_text.plain(item.words)}”"
    number = next((each for each in numbers if each is not None), None)
    return "Statement" if number is None else f"Statement {number}"


# Three versions


def merge(merges: tuple[ItemMerge, ...], here: Comparison, there: Comparison) -> Iterator[str]:
    """What is settled, proposed and to be chosen, statement by statement, and a summary.

    `here` and `there` tell what ours and theirs made of the base.
    """
    counts = Counter(map(standing, merges))
    for each in merges:
        if standing(each) is Standing.SAME:
            continue
        yield f"{_whose(each, here, there)}: {_told(each)}"
        for side, comparison in (("Ours", here), ("Theirs", there)):
            change = comparison.by_id.get(each.item_id)
            if change is not None and change.is_change:
                told = phrases.of_item(change, comparison, by_others=comparison is there)
                yield f"{_INDENT}{side}: {' '.join(told)}"
        yield from (_INDENT + line for line in _words(each))
        yield ""
    yield ", ".join(f"{counts[each]} {_COUNTED[each]}" for each in Standing) + "."


def _whose(each: ItemMerge, here: Comparison, there: Comparison) -> str:
    """The name of an item: its number in theirs, or in the version that has it."""
    for item, charter, whose in (
        (each.theirs, there.new, ""),
        (each.ours, here.new, " of ours"),
        (each.base, here.old, " before"),
    ):
        if item is not None:
            name = _name(item, charter.numbers.get(item.id))
            return name if item.kind is Kind.HEADING else f"{name}{whose}"
    raise ValueError("an item that nobody has")


_COUNTED = {
    Standing.SAME: "the same",
    Standing.SETTLED: "settled",
    Standing.PROPOSED: "proposed",
    Standing.CHOOSE: "to choose",
}


def _told(each: ItemMerge) -> str:
    match standing(each):
        case Standing.CHOOSE:
            return "to choose"
        case Standing.PROPOSED:
            return "proposed: a mix"
    if each.outcome is Outcome.SAME and each.place is not Outcome.SAME:
        return _SETTLED[each.place]
    return _SETTLED[each.outcome]


def _words(each: ItemMerge) -> Iterator[str]:
    if is_there(each.ours) != is_there(each.theirs):
        if each.presence.outcome is Outcome.CHOOSE:
            yield "One changed it. The other left it out."
        if each.base is None:
            added = each.theirs or each.ours
            yield from _whole(_WHOLE_NEW, added.words if added is not None else ())
            return
    for label, text in (("", each.words), ("What it means:", each.meaning)):
        lines = list(_text(text))
        if label and lines:
            yield label
        yield from lines
    if each.picture.outcome is Outcome.CHOOSE:
        yield f"Picture, ours: {each.picture.ours or 'none'}"
        yield f"Picture, theirs: {each.picture.theirs or 'none'}"
    if each.place is Outcome.CHOOSE:
        yield "Both moved it, to different places."


def _text(text: TextMerge) -> Iterator[str]:
    if text.outcome is Outcome.CHOOSE:
        if text.reason is not None:
            yield _REASONS[text.reason]
        for side, said in (("Ours", text.ours), ("Theirs", text.theirs)):
            yield from (f"{side}: {line}" for line in marked(words.changes(text.base, said)))
    elif text.result is not None and text.result != text.base:
        yield from marked(words.changes(text.base, text.result))
