"""Blocks and spans from the tokens that two texts share.

Where paragraphs begin: an edit and the shared words after it are looked at together. If both texts
begin a paragraph there, the last beginning of each is one block, and what comes after it flows on
in both; every other paragraph of the edit is a block of its own, first the old ones, then the new.

Where blanks go: a token has the blanks before it. Where a shared word has other blanks before it
than it had, because an edit now leads the text or stands between it and a quote, the blanks go with
that edit, so that no word is ever stuck to another.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from itertools import groupby, pairwise
from operator import itemgetter

from server.comparing.spans import Block, Runs, Span, SpanKind, Start, joined
from server.comparing.tokens import Text
from server.writing.rich_text import Run

# (first old token, first new token, how many): they are the same, key by key.
Shared = tuple[int, int, int]


def blocks(old: Text, new: Text, shared: Iterable[Shared]) -> tuple[Block, ...]:
    """The blocks of a comparison; `shared` is in order and no two of it touch in both texts."""
    builder = _Builder(_Side(old), _Side(new))
    i = j = 0
    for first_old, first_new, size in shared:
        builder.edit(i, first_old, j, first_new, flows_on=True)
        builder.same(first_old, first_new, size)
        i, j = first_old + size, first_new + size
    builder.edit(i, len(old.keys), j, len(new.keys), flows_on=False)
    return builder.done()


class _Side:
    """One of the two texts, and where its paragraphs begin."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.starts: dict[int, Start] = {}
        place = 0
        for bullet in text.bullets:
            token = bisect_left(text.ends, place)
            self.starts[token] = Start.BULLET if bullet else Start.PARAGRAPH
            place = text.text.find("\n", place + 1)

    def begins(self, start: int, end: int) -> list[int]:
        """The tokens from `start` to `end`, that one included, that begin a paragraph."""
        return [token for token in self.starts if start <= token <= end]

    def words_at(self, token: int) -> int:
        """Where a token's word begins, after its blanks."""
        start, end = self.text.ends[token], self.text.ends[token + 1]
        piece = self.text.text[start:end]
        return end - len(piece.lstrip())

    def blanks(self, token: int) -> Runs:
        """The blanks before a token; none where it begins a paragraph."""
        if token in self.starts:
            return ()
        return self.text.runs(self.text.ends[token], self.words_at(token))

    def runs(self, start: int, end: int, *, blanks: bool) -> Runs:
        """Some tokens of one paragraph, with the blanks before them or without."""
        if start == end:
            return ()
        if blanks and start not in self.starts:
            return self.text.runs(self.text.ends[start], self.text.ends[end])
        return self.text.runs(self.words_at(start), self.text.ends[end])


class _Builder:
    def __init__(self, old: _Side, new: _Side) -> None:
        self._old, self._new = old, new
        self._blocks: list[Block] = []
        self._spans: list[Span] = []
        self._begun: tuple[Start | None, Start | None] | None = None

    def done(self) -> tuple[Block, ...]:
        self._begin(None, None)
        return tuple(self._blocks)

    def edit(self, i: int, i_end: int, j: int, j_end: int, *, flows_on: bool) -> None:
        """Words taken out and put in, and what begins at the shared words after them."""
        old_starts, new_starts = self._old.begins(i, i_end), self._new.begins(j, j_end)
        i_flow, j_flow = i_end, j_end
        flows_on = flows_on and bool(old_starts) and bool(new_starts)
        if flows_on:
            i_flow, j_flow = old_starts.pop(), new_starts.pop()
        i_cuts, j_cuts = [i, *old_starts, i_flow], [j, *new_starts, j_flow]
        self._changed(*i_cuts[:2], *j_cuts[:2])
        for start, end in pairwise(i_cuts[1:]):
            self._begin(self._old.starts[start], None)
            self._changed(start, end, j, j)
        for start, end in pairwise(j_cuts[1:]):
            self._begin(None, self._new.starts[start])
            self._changed(i, i, start, end)
        if flows_on:
            self._begin(self._old.starts[i_flow], self._new.starts[j_flow])
            self._changed(i_flow, i_end, j_flow, j_end)

    def same(self, i: int, j: int, size: int) -> None:
        """Words that both texts have; they may be typed or marked differently."""
        old, new = self._old.starts, self._new.starts
        cuts = {token - i for token in old if i < token < i + size}
        cuts |= {token - j for token in new if j < token < j + size}
        for start, end in pairwise([0, *sorted(cuts), size]):
            if start:
                self._begin(old.get(i + start), new.get(j + start))
            self._shared(i + start, j + start, end - start)

    def _shared(self, i: int, j: int, size: int) -> None:
        """Shared words in which no paragraph begins."""
        old, new = self._old, self._new
        was, now = old.blanks(i), new.blanks(j)
        blanks = was == now
        if not blanks:
            self._blanks(was, now)
        was, now = old.runs(i, i + size, blanks=blanks), new.runs(j, j + size, blanks=blanks)
        if was == now:
            self._put(SpanKind.SAME, was, now)
            return
        tokens = []
        for token in range(size):
            was = old.runs(i + token, i + token + 1, blanks=blanks or token > 0)
            now = new.runs(j + token, j + token + 1, blanks=blanks or token > 0)
            tokens.append((_kind(was, now), was, now))
        for kind, group in groupby(tokens, key=itemgetter(0)):
            found = list(group)
            was = joined(run for _, runs, _ in found for run in runs)
            now = joined(run for _, _, runs in found for run in runs)
            self._put(kind, was, now)

    def _changed(self, i: int, i_end: int, j: int, j_end: int) -> None:
        """An edit in which no paragraph begins, but for its first word."""
        blanks = True
        if i < i_end and j < j_end:
            was, now = self._old.blanks(i), self._new.blanks(j)
            if was and was == now:
                self._put(SpanKind.SAME, was, now)
                blanks = False
        if i < i_end:
            self._put(SpanKind.TAKEN_OUT, self._old.runs(i, i_end, blanks=blanks), ())
        if j < j_end:
            self._put(SpanKind.PUT_IN, (), self._new.runs(j, j_end, blanks=blanks))

    def _blanks(self, was: Runs, now: Runs) -> None:
        """Blanks before a shared word that are not the same."""
        last = self._spans[-1] if self._spans else None
        if last is None or last.kind not in (SpanKind.TAKEN_OUT, SpanKind.PUT_IN):
            self._put(SpanKind.TYPOGRAPHY, was, now)
            return
        both = last.kind is SpanKind.PUT_IN and len(self._spans) > 1
        if both and self._spans[-2].kind is SpanKind.TAKEN_OUT:
            self._spans[-2] = _longer(self._spans[-2], was, ())
            self._spans[-1] = _longer(last, (), now)
            return
        mine, other = (now, was) if last.kind is SpanKind.PUT_IN else (was, now)
        if not other:
            self._spans[-1] = _longer(last, was, now)
        elif not mine and _starts_with(last.old or last.new, other):
            # `said "so"`: the blank before the quote is the one that stood before the word.
            del self._spans[-1]
            self._put(SpanKind.SAME, other, other)
            self._spans.append(
                Span(last.kind, _after(last.old, other), _after(last.new, other)),
            )
        else:
            self._put(SpanKind.TYPOGRAPHY, was, now)

    def _put(self, kind: SpanKind, was: Runs, now: Runs) -> None:
        if self._spans and self._spans[-1].kind is kind:
            self._spans[-1] = _longer(self._spans[-1], was, now)
        else:
            self._spans.append(Span(kind, was, now))

    def _begin(self, old: Start | None, new: Start | None) -> None:
        if self._begun is not None:
            self._blocks.append(Block(tuple(self._spans), *self._begun))
        self._begun = (old, new)
        self._spans = []


def _longer(span: Span, was: Runs, now: Runs) -> Span:
    return Span(span.kind, joined((*span.old, *was)), joined((*span.new, *now)))


def _starts_with(runs: Runs, blanks: Runs) -> bool:
    """Whether runs begin with these blanks, and have more than them."""
    if len(blanks) != 1 or not runs:
        return False
    first, blank = runs[0], blanks[0]
    return (
        first.text.startswith(blank.text)
        and (first.strong, first.link) == (blank.strong, blank.link)
        and first.text != blank.text
    )


def _after(runs: Runs, blanks: Runs) -> Runs:
    if not runs:
        return ()
    text = runs[0].text.removeprefix(blanks[0].text)
    return (Run(text, runs[0].strong, runs[0].link), *runs[1:])


def _kind(was: Runs, now: Runs) -> SpanKind:
    """What happened to a word that is the same but for its looks."""
    if was == now:
        return SpanKind.SAME
    if _marks(was, 1) != _marks(now, 1):
        return SpanKind.LINK
    if _marks(was, 0) != _marks(now, 0):
        return SpanKind.STYLE
    if _text(was) == _text(now):
        return SpanKind.SAME if _composed(was) == _composed(now) else SpanKind.STYLE
    return SpanKind.TYPOGRAPHY


def _marks(runs: Runs, which: int) -> list[object]:
    return [mark for mark, _ in groupby((run.strong, run.link)[which] for run in runs)]


def _text(runs: Runs) -> str:
    return unicodedata.normalize("NFC", "".join(run.text for run in runs))


def _composed(runs: Runs) -> list[str]:
    return [unicodedata.normalize("NFC", run.text) for run in runs]
