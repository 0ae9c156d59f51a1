"""Blocks and spans from the tokens that two texts share.

Where paragraphs begin: an edit and the shared words after it are looked at together. If both texts
begin a paragraph there, the last beginning of each is one block, and what comes after it flows on
in both; every other paragraph of the edit is a block of its own, first the old ones, then the new.

Where blanks go: a token has the blanks before it. Where a shared word has other blanks before it
than it had, because an edit now leads the text or stands between it and a quote, the blanks go with
that edit, so that no word is ever stuck to another.

While they are found, spans are places in the two texts, one after the other without a gap.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

from server.comparing.sentences import Shared
from server.comparing.spans import Block, Runs, Span, SpanKind, Start
from server.comparing.tidying import is_island
from server.comparing.tokens import Text

_STARTS = {False: Start.PARAGRAPH, True: Start.BULLET}
_EDITS = (SpanKind.TAKEN_OUT, SpanKind.PUT_IN)


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
        self.runs = text.runs
        self.plain = not text.marked
        self.text = text.text
        self.ends = text.ends
        self.starts = dict(zip(text.starts, map(_STARTS.__getitem__, text.bullets), strict=True))
        self._sorted = text.starts
        self.last_start = text.starts[-1] if text.starts else -1

    def begins(self, start: int, end: int) -> list[int]:
        """The tokens from `start` to `end`, that one included, that begin a paragraph."""
        return [*self._sorted[bisect_left(self._sorted, start) : bisect_right(self._sorted, end)]]

    def begin(self, token: int) -> int:
        """The place where a token begins, with its blanks, but without the line end before it."""
        place = self.ends[token]
        return place + 1 if token and token in self.starts else place

    def after_blanks(self, place: int) -> int:
        while self.text[place].isspace():
            place += 1
        return place


@dataclass(slots=True)
class _Places:
    """A span that is being built: from where to where in the old text and in the new."""

    kind: SpanKind
    old: int
    old_end: int
    new: int
    new_end: int


class _Builder:
    def __init__(self, old: _Side, new: _Side) -> None:
        self._old, self._new = old, new
        self._plain = old.plain and new.plain
        self._blocks: list[Block] = []
        self._spans: list[_Places] = []
        self._begun: tuple[Start | None, Start | None] | None = None

    def done(self) -> tuple[Block, ...]:
        self._begin(None, None)
        return tuple(self._blocks)

    def edit(self, i: int, i_end: int, j: int, j_end: int, *, flows_on: bool) -> None:
        """Words taken out and put in, and what begins at the shared words after them."""
        old, new = self._old, self._new
        if i > old.last_start and j > new.last_start:
            self._changed(i, i_end, j, j_end)
            return
        if flows_on and old.last_start == new.last_start == 0:
            # The commonest text by far: a single paragraph.
            self._begin(old.starts[0], new.starts[0])
            self._changed(i, i_end, j, j_end)
            return
        old_starts, new_starts = old.begins(i, i_end), new.begins(j, j_end)
        i_flow, j_flow = i_end, j_end
        flows_on = flows_on and bool(old_starts) and bool(new_starts)
        if flows_on:
            i_flow, j_flow = old_starts.pop(), new_starts.pop()
        i_cuts, j_cuts = [i, *old_starts, i_flow], [j, *new_starts, j_flow]
        self._changed(*i_cuts[:2], *j_cuts[:2])
        for start, end in pairwise(i_cuts[1:]):
            self._begin(old.starts[start], None)
            self._changed(start, end, j, j)
        for start, end in pairwise(j_cuts[1:]):
            self._begin(None, new.starts[start])
            self._changed(i, i, start, end)
        if flows_on:
            self._begin(old.starts[i_flow], new.starts[j_flow])
            self._changed(i_flow, i_end, j_flow, j_end)

    def same(self, i: int, j: int, size: int) -> None:
        """Words that both texts have; they may be typed or marked differently."""
        old, new = self._old, self._new
        if i >= old.last_start and j >= new.last_start:
            self._shared(i, j, size)
            return
        cuts = {token - i for token in old.begins(i + 1, i + size - 1)}
        cuts |= {token - j for token in new.begins(j + 1, j + size - 1)}
        for start, end in pairwise([0, *sorted(cuts), size]):
            if start:
                self._begin(old.starts.get(i + start), new.starts.get(j + start))
            self._shared(i + start, j + start, end - start)

    def _changed(self, i: int, i_end: int, j: int, j_end: int) -> None:
        """An edit in which no paragraph begins, but for its first word."""
        old, new = self._old, self._new
        if i == i_end and j == j_end:
            return
        was, was_end, now, now_end = old.begin(i), old.ends[i_end], new.begin(j), new.ends[j_end]
        if i < i_end and j < j_end:
            was_word, now_word = old.after_blanks(was), new.after_blanks(now)
            if was < was_word and self._alike(was, was_word, now, now_word):
                self._put(SpanKind.SAME, was, was_word, now, now_word)
                was, now = was_word, now_word
        if i < i_end:
            self._put(SpanKind.TAKEN_OUT, was, was_end, now, now)
        if j < j_end:
            self._put(SpanKind.PUT_IN, was_end, was_end, now, now_end)

    def _shared(self, i: int, j: int, size: int) -> None:
        """Shared words in which no paragraph begins."""
        old, new = self._old, self._new
        was, now = old.begin(i), new.begin(j)
        was_end, now_end = old.ends[i + size], new.ends[j + size]
        if self._alike(was, was_end, now, now_end):
            self._put(SpanKind.SAME, was, was_end, now, now_end)
            return
        blanks = (was, old.after_blanks(was), now, new.after_blanks(now))
        if not self._alike(*blanks):
            self._blanks(*blanks)
            was, now = blanks[1], blanks[3]
            if self._alike(was, was_end, now, now_end):
                self._put(SpanKind.SAME, was, was_end, now, now_end)
                return
        for token in range(1, size + 1):
            was_end, now_end = old.ends[i + token], new.ends[j + token]
            self._word(was, was_end, now, now_end)
            was, now = was_end, now_end

    def _word(self, was: int, was_end: int, now: int, now_end: int) -> None:
        """A shared word, with the blanks before it; these are told apart where its looks begin."""
        kind = SpanKind.SAME
        if not self._alike(was, was_end, now, now_end):
            kind = _kind(self._old.runs(was, was_end), self._new.runs(now, now_end))
        if kind is not SpanKind.SAME and (not self._spans or self._spans[-1].kind is not kind):
            blanks = (was, self._old.after_blanks(was), now, self._new.after_blanks(now))
            if was < blanks[1] and self._alike(*blanks):
                self._put(SpanKind.SAME, *blanks)
                was, now = blanks[1], blanks[3]
        self._put(kind, was, was_end, now, now_end)

    def _blanks(self, was: int, was_end: int, now: int, now_end: int) -> None:
        """Blanks before a shared word that are not the same."""
        last = self._spans[-1] if self._spans else None
        if last is None or last.kind not in _EDITS:
            self._put(SpanKind.TYPOGRAPHY, was, was_end, now, now_end)
            return
        if len(self._spans) > 1 and self._spans[-2].kind is SpanKind.TAKEN_OUT:
            self._spans[-2].old_end = was_end
            last.old = last.old_end = was_end
            last.new_end = now_end
            return
        put_in = last.kind is SpanKind.PUT_IN
        if put_in and was == was_end:
            last.old = last.old_end = was_end
            last.new_end = now_end
            return
        if not put_in and now == now_end:
            last.new = last.new_end = now_end
            last.old_end = was_end
            return
        # `said "so"`: the blank before the quote is the one that stood before the word.
        blanks = (
            (was, was_end, last.new, last.new + was_end - was)
            if put_in
            else (last.old, last.old + now_end - now, now, now_end)
        )
        if ((now == now_end) if put_in else (was == was_end)) and self._alike(*blanks):
            del self._spans[-1]
            self._put(SpanKind.SAME, *blanks)
            self._put(last.kind, blanks[1], was_end, blanks[3], now_end)
        else:
            self._put(SpanKind.TYPOGRAPHY, was, was_end, now, now_end)

    def _alike(self, was: int, was_end: int, now: int, now_end: int) -> bool:
        """Whether the very same stands in both texts, marks and all."""
        if self._old.text[was:was_end] != self._new.text[now:now_end]:
            return False
        return self._plain or self._old.runs(was, was_end) == self._new.runs(now, now_end)

    def _put(self, kind: SpanKind, was: int, was_end: int, now: int, now_end: int) -> None:
        spans = self._spans
        if spans and spans[-1].kind is kind:
            spans[-1].old_end, spans[-1].new_end = was_end, now_end
        else:
            spans.append(_Places(kind, was, was_end, now, now_end))

    def _begin(self, old: Start | None, new: Start | None) -> None:
        if self._begun is not None:
            self._smooth()
            self._blocks.append(Block(tuple(map(self._built, self._spans)), *self._begun))
        self._begun = (old, new)
        self._spans = []

    def _built(self, span: _Places) -> Span:
        was = self._old.runs(span.old, span.old_end)
        if span.kind is SpanKind.SAME and self._plain:
            text = self._new.text[span.new : span.new_end]
            if was and was[0].text == text:
                return Span(span.kind, was, was)
        return Span(span.kind, was, self._new.runs(span.new, span.new_end))

    def _smooth(self) -> None:
        """Take islands into the words beside them that are only typed differently."""
        typed = SpanKind.TYPOGRAPHY
        if len(self._spans) < 3 or typed not in [span.kind for span in self._spans]:
            return
        found, self._spans = self._spans, []
        for index, span in enumerate(found):
            between = 0 < index < len(found) - 1
            if (
                between
                and span.kind is SpanKind.SAME
                and typed in (found[index - 1].kind, found[index + 1].kind)
                and is_island(self._new.text[span.new : span.new_end])
            ):
                span.kind = typed
            self._put(span.kind, span.old, span.old_end, span.new, span.new_end)


def _kind(was: Runs, now: Runs) -> SpanKind:
    """What happened to a word that is the same but for its looks."""
    if [link for link, _ in groupby(run.link for run in was)] != [
        link for link, _ in groupby(run.link for run in now)
    ]:
        return SpanKind.LINK
    if [strong for strong, _ in groupby(run.strong for run in was)] != [
        strong for strong, _ in groupby(run.strong for run in now)
    ]:
        return SpanKind.STYLE
    if _composed("".join(run.text for run in was)) != _composed("".join(run.text for run in now)):
        return SpanKind.TYPOGRAPHY
    if [_composed(run.text) for run in was] != [_composed(run.text) for run in now]:
        return SpanKind.STYLE  # another part of the word
    return SpanKind.SAME


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
