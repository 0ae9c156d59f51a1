"""Every change as a short sentence that can be said aloud: "We took out “must”."

The sentences are those of `phrasebook`. What is quoted is cut to what an ear keeps: up to 8 words
as they are, of more only how many they are and how they begin and end; and no sentence has more
than 15 words where that can be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.comparing import flags as flagging
from server.comparing import phrasebook, tidying, tokens, words
from server.comparing.align import Comparison, ItemChange, Part, Stance
from server.comparing.flags import Flag, FlagKind
from server.comparing.phrasebook import Phrasebook, Pointed, Told
from server.comparing.spans import Block, Changes, Runs, Span, SpanKind
from server.writing.charter import Kind
from server.writing.rich_text import RichText, Run

ENGLISH = "en"
MOST = 5
LONGEST = 15
QUOTED = 8
ENDS = 3

_SIGNS = " \t\u00a0.,;:-–—…"
_LINE_END = (Run(" "),)
_EDITS = (SpanKind.TAKEN_OUT, SpanKind.PUT_IN)


def of_words(
    changes: Changes,
    part: Part = Part.WORDS,
    *,
    language: str = ENGLISH,
    by_others: bool = False,
    most: int = MOST,
) -> tuple[str, ...]:
    """The changes of one part's text, in reading order; no sentence where there is none.

    At most `most` sentences: of more changes, the last sentence says how many there are.
    """
    told: Told = getattr(phrasebook.of(language, by_others=by_others), part.value)
    if changes.is_same:
        return ()
    if not any(span.old for span in changes.spans):
        return (told.first,)
    if not any(span.new for span in changes.spans):
        return (told.last,)
    if changes.rewritten:
        return (_rewritten(changes, told),)
    found = list(dict.fromkeys(_sentences(changes, told)))
    if len(found) <= most:
        return tuple(found)
    left = len(found) - (most - 1)
    return (*found[: most - 1], told.more.format(count=left))


def of_flags(flags: Iterable[Flag], *, language: str = ENGLISH) -> tuple[str, ...]:
    """What has to be looked at: a changed "not", "must" or number."""
    book = phrasebook.of(language)
    told: dict[FlagKind, Pointed] = {
        FlagKind.NEGATION: book.negation,
        FlagKind.MODAL: book.modal,
        FlagKind.NUMBER: book.number,
    }
    found = []
    for flag in flags:
        pointed = told[flag.kind]
        if len(flag.old) == len(flag.new):
            found += [
                pointed.changed.format(old=old, new=new)
                for old, new in zip(flag.old, flag.new, strict=True)
            ]
        else:
            found += [pointed.gone.format(old=old) for old in flag.old]
            found += [pointed.new.format(new=new) for new in flag.new]
    return tuple(dict.fromkeys(found))


def of_item(
    change: ItemChange,
    within: Comparison | None = None,
    *,
    language: str = ENGLISH,
    by_others: bool = False,
) -> tuple[str, ...]:
    """Everything that changed in a statement or heading: there or not, place, words, picture.

    `within` is the comparison it is from: with it, statements that this one was split from or
    joined with are named by their number. One that stayed as it was says so. `by_others` tells what
    another group did.
    """
    book = phrasebook.of(language, by_others=by_others)
    found = [
        *_presence(change, within, book),
        *_place(change, book),
        *_parts(change, book, language, by_others),
    ]
    return tuple(found) or (book.kept,)


def _presence(change: ItemChange, within: Comparison | None, book: Phrasebook) -> Iterator[str]:
    """Added, left out, put back, split, joined."""
    if change.split_from is not None:
        yield _naming(book.split_from, book.split_from_one, [change.split_from], within, old=True)
    elif change.stance is Stance.ADDED:
        if change.old is not None:
            yield book.put_back
        else:
            yield book.added_heading if change.kind is Kind.HEADING else book.added
    if change.joined_into:
        yield _naming(book.joined_into, book.joined_into_one, change.joined_into, within)
    elif change.stance is Stance.LEFT_OUT:
        yield book.left_out
    if change.split_into:
        yield _naming(book.split_into, book.split_into_one, change.split_into, within)
    for item_id in change.joined_from:
        yield _naming(book.joined_from, book.joined_from_one, [item_id], within, old=True)


def _naming(
    unnamed: str,
    named: str,
    items: Sequence[str],
    within: Comparison | None,
    *,
    old: bool = False,
) -> str:
    """The sentence that names the one other statement by its number, where that is known."""
    other = within.by_id.get(items[0]) if within is not None and len(items) == 1 else None
    number = None
    if other is not None:
        number = other.number_old if old else other.number_new
    return unnamed if number is None else named.format(number=number)


def _place(change: ItemChange, book: Phrasebook) -> Iterator[str]:
    if change.old is None or change.new is None or not change.moved:
        return
    yield book.moved_up if change.moved_up else book.moved_down
    if change.area_old != change.area_new and change.kind is Kind.STATEMENT:
        yield book.other_area


def _parts(change: ItemChange, book: Phrasebook, language: str, by_others: bool) -> Iterator[str]:
    """What changed in words, meaning, picture and why; nothing of an item not there any more."""
    old, new = change.old, change.new
    if old is None or new is None:
        return
    texts: list[tuple[Part, RichText, RichText]] = [
        (Part.WORDS, old.words, new.words),
        (Part.MEANING, old.meaning, new.meaning),
        (Part.WHY, old.why, new.why),
    ]
    for part, was, now in texts:
        if part is Part.WHY and Part.PICTURE in change.parts:
            yield _picture(old.picture, new.picture, book)
        if part in change.parts:
            changed = words.changes(was, now)
            yield from of_words(changed, part, language=language, by_others=by_others)
            if part is not Part.WHY:
                yield from of_flags(flagging.flags(changed), language=language)


def _picture(old: str | None, new: str | None, book: Phrasebook) -> str:
    if old is None:
        return book.picture_new
    return book.picture_other if new is not None else book.picture_gone


@dataclass(frozen=True, slots=True)
class _Edit:
    """Neighbouring spans that were taken out and put in."""

    old: Runs
    new: Runs


def _sentences(changes: Changes, told: Told) -> Iterator[str]:
    edits = list(_edits(changes))
    out = [_plain(edit.old) for edit in edits if isinstance(edit, _Edit) and not edit.new]
    put = [_plain(edit.new) for edit in edits if isinstance(edit, _Edit) and not edit.old]
    moved = {text for text in out if text in put and len(text.split()) > 1}
    for edit in edits:
        if isinstance(edit, Block):
            yield from _line(edit, told)
        elif isinstance(edit, Span):
            yield from _looks(edit, told)
        elif not (edit.old and edit.new) and _plain(edit.old or edit.new) in moved:
            yield _about(edit.old or edit.new, told.moved)
        else:
            yield from _edited(edit, told)


def _edits(changes: Changes) -> Iterator[_Edit | Span | Block]:
    """Edits, words that look different, and blocks that begin elsewhere or are other blocks."""
    edit = _Edit((), ())
    for block in changes.blocks:
        if block.old is not block.new and any(span.kind not in _EDITS for span in block.spans):
            if edit.old or edit.new:
                yield edit
                edit = _Edit((), ())
            yield block
        edit = _Edit(_and(edit.old, _LINE_END), _and(edit.new, _LINE_END))
        for span in block.spans:
            if span.kind in _EDITS:
                edit = _Edit((*edit.old, *span.old), (*edit.new, *span.new))
            elif (span.old_text + span.new_text).strip():
                if edit.old or edit.new:
                    yield edit
                    edit = _Edit((), ())
                if span.kind is not SpanKind.SAME:
                    yield span
    if edit.old or edit.new:
        yield edit


def _and(runs: Runs, more: Runs) -> Runs:
    return (*runs, *more) if runs else ()


def _line(block: Block, told: Told) -> Iterator[str]:
    """A paragraph that became a bullet, was split, or was joined to the one before."""
    runs = next((span.new or span.old for span in block.spans if _plain(span.new or span.old)), ())
    if not runs:
        return
    quoted = _beginning(runs)
    if block.reshaped:
        yield (told.bullet if block.bullet else told.no_bullet).format(words=quoted)
    elif block.old is None:
        yield told.new_line.format(words=quoted)
    else:
        yield told.same_line.format(words=quoted)


def _looks(span: Span, told: Told) -> Iterator[str]:
    """Words that are the same but for their looks or where they lead."""
    if span.kind is SpanKind.LINK:
        yield _link(span.old, span.new, told)
    elif span.kind is SpanKind.STYLE:
        strong = any(run.strong for run in span.new)
        yield _about(span.new, told.bold if strong else told.not_bold)
    elif _words(span.new_text):
        yield _about(span.new, told.typed)
    else:
        yield told.signs


def _link(old: Runs, new: Runs, told: Told) -> str:
    was = {run.link for run in old} - {None}
    now = {run.link for run in new} - {None}
    sentence = told.other_link if was and now else told.link if now else told.no_link
    return _about(new, sentence)


def _rewritten(changes: Changes, told: Told) -> str:
    old = _plain(tuple(run for span in changes.spans for run in span.old))
    new = _plain(tuple(run for span in changes.spans for run in span.new))
    return _fitting(told.changed, old=old, new=new) or told.rewritten


def _edited(edit: _Edit, told: Told) -> Iterator[str]:
    old, new = _plain(edit.old), _plain(edit.new)
    if _words(old) == _words(new):
        yield _about(edit.new, told.typed) if _words(new) else told.signs
        return
    if old and new and (said := _fitting(told.changed, old=old, new=new)):
        yield said
    else:
        if old:
            yield _quoting(old, told.taken_out, told.taken_out_long)
        if new:
            yield _quoting(new, told.put_in, told.put_in_long)
    links = {run.link for run in edit.new} - {None}
    if links and links != {run.link for run in edit.old} - {None}:
        yield _link(edit.old, tuple(run for run in edit.new if run.link), told)


def _quoting(text: str, whole: str, long: str) -> str:
    words = text.split()
    if len(words) <= QUOTED and (said := _fitting(whole, old=text, new=text)):
        return said
    first, last = " ".join(words[:ENDS]), " ".join(words[-ENDS:])
    return long.format(count=len(words), first=first.rstrip(_SIGNS), last=last)


def _about(runs: Runs, sentence: str) -> str:
    """A sentence that quotes words: all of them, or only the first and the last ones."""
    words = _plain(runs).split()
    if len(words) <= QUOTED and (said := _fitting(sentence, words=" ".join(words))):
        return said
    ends = f"{' '.join(words[: ENDS - 1])} … {' '.join(words[1 - ENDS :])}"
    return sentence.format(words=ends if len(words) > 2 * (ENDS - 1) else " ".join(words))


def _fitting(sentence: str, **values: str) -> str | None:
    """A sentence filled in, if it is not too long."""
    said = sentence.format(**values)
    return said if len(said.split()) <= LONGEST else None


def _beginning(runs: Runs) -> str:
    return " ".join(_plain(runs).split()[: ENDS + 1]).rstrip(_SIGNS)


def _words(text: str) -> list[str]:
    """The words of a quotation, as they are compared; marks of punctuation are none."""
    return [key for _, key in tokens.pieces(text) if tidying.is_word(key)]


def _plain(runs: Runs) -> str:
    """Words to quote: without the signs at their ends, and with other quotes inside."""
    text = "".join(run.text for run in runs)
    return " ".join(text.split()).strip(_SIGNS).replace("“", "‘").replace("”", "’")
