"""How changed words are found: `python -m tests.bench.words`, ours beside others in the same run.

The pairs are real: sentences that somebody reworded. Those of `tests/corpora` are an edition's
beside the next edition's and beside those of each adaptation, put together where at least 0.4 of
their words are the same; those of the starter Charters are put together by id. Of each engine:

- runs: stretches of changes a pair; a stretch ends where something is left as it was;
- changed: words taken out and put in, over the least that would do;
- islands: one word, or two stop words, left between two changes, for each 100 words;
- split: changes that begin or end inside a word, for each 100 words;
- the median, and the worst, of the processor time of a pair, the best of some rounds each.

difflib compares words and marks of punctuation; "with blanks" also the blanks between them, as who
must give back the exact text does. Ours gives back marks, links and paragraphs, too. Documents are
two versions of one text, sentence by sentence put together beforehand, as ids do it, over and over
until they have 5,500 words; one where every sentence was reworded is the worst there is.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import cycle, groupby, pairwise
from typing import NamedTuple

from diff_match_patch import diff_match_patch  # type: ignore[import-untyped]  # has none
from rapidfuzz.distance import Indel

from server.comparing import sentences, tokens, words
from server.comparing.spans import SpanKind
from server.comparing.tidying import STOP_WORDS
from server.settings import bundled
from server.writing import rich_text
from server.writing.markdown_in import parse
from server.writing.rich_text import RichText
from tests.corpora import texts

ROUNDS = 7
LONG = 30  # words: a longer paragraph is taken by its sentences
SHORTEST = 4
ALIKE = 0.4
DOCUMENT = 5_500
MILLISECONDS = 1000

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_MARKS = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_BLANKS = re.compile(r"\w+(?:['’-]\w+)*|\s+|[^\w\s]")

Pair = tuple[str, str]


class Piece(NamedTuple):
    """Some of the old text and of the new, and whether they are the same; one may be empty."""

    same: bool
    old: str
    new: str


class Engine(NamedTuple):
    name: str
    compare: Callable[[str, str], Sequence[Piece]]
    timed: Callable[[str, str], Callable[[], object]]


# The pairs


def rewordings() -> list[Pair]:
    """Every pair of the corpora and of the starter Charters, each once."""
    found: dict[Pair, None] = {}
    for family in texts.FAMILIES:
        for old, new in _versions(family):
            pairs = _together(_sentences(old), _sentences(new))
            found |= dict.fromkeys(pair for pair in pairs if pair[0] != pair[1])
    return [*found, *_charters()]


def _versions(family: str) -> Iterator[tuple[texts.Text, texts.Text]]:
    """Each edition and the next one, and each edition and its adaptations."""
    every = texts.texts(family)
    yield from pairwise(text for text in every if text.is_edition)
    for text in every:
        if not text.is_edition and text.edition:
            yield texts.text(family, text.edition), text


def _sentences(text: texts.Text) -> list[str]:
    found = []
    for part in text.parts:
        if len(part.text.split()) <= LONG:
            found.append(part.text)
            continue
        split = tokens.of(rich_text.from_text(part.text))
        places = [split.ends[bound] for bound in sentences.bounds(split)]
        found += [split.text[start:end].strip() for start, end in pairwise(places)]
    return [sentence for sentence in found if len(sentence.split()) >= SHORTEST]


def _together(old: list[str], new: list[str]) -> Iterator[Pair]:
    """Sentences and their like, the most alike first."""
    was = [[key for _, key in tokens.pieces(sentence)] for sentence in old]
    now = [[key for _, key in tokens.pieces(sentence)] for sentence in new]
    alike = [
        (Indel.normalized_similarity(one, other, score_cutoff=ALIKE), i, j)
        for i, one in enumerate(was)
        for j, other in enumerate(now)
    ]
    left, right = set(range(len(old))), set(range(len(new)))
    for share, i, j in sorted(alike, reverse=True):
        if share and i in left and j in right:
            left.remove(i)
            right.remove(j)
            yield old[i], new[j]


def _charters() -> Iterator[Pair]:
    national = {
        item.id: item for item in parse(bundled("charters", "national.md").read_bytes()).items
    }
    for path in sorted(bundled("charters", "local").glob("*.md")):
        for item in parse(path.read_bytes()).items:
            if item.id not in national:
                continue
            for part in ("words", "meaning"):
                old, new = getattr(national[item.id], part), getattr(item, part)
                if old and new and old != new:
                    yield rich_text.plain(old), rich_text.plain(new)


# The engines


def _ours(old: str, new: str) -> list[Piece]:
    found = []
    for block in words.changes(rich_text.from_text(old), rich_text.from_text(new)).blocks:
        # A line end belongs to the first words after it.
        before, after = "\n" if block.old else "", "\n" if block.new else ""
        for span in block.spans:
            was, now = span.old_text, span.new_text
            found.append(
                Piece(span.kind is SpanKind.SAME, before * bool(was) + was, after * bool(now) + now)
            )
            before, after = before * (not was), after * (not now)
    return found


def _ours_timed(old: str, new: str) -> Callable[[], object]:
    was, now = rich_text.from_text(old), rich_text.from_text(new)
    return lambda: words.changes(was, now)


def _difflib(pattern: re.Pattern[str], blanks: str = "") -> Engine:
    pieces = re.compile(f"{blanks}(?:{pattern.pattern})")

    def matched(old: str, new: str) -> Sequence[tuple[str, int, int, int, int]]:
        was, now = pattern.findall(old), pattern.findall(new)
        return SequenceMatcher(None, was, now, autojunk=False).get_opcodes()

    def compare(old: str, new: str) -> list[Piece]:
        was, now = pieces.findall(old), pieces.findall(new)
        return [
            Piece(tag == "equal", "".join(was[i:i_end]), "".join(now[j:j_end]))
            for tag, i, i_end, j, j_end in matched(old, new)
        ]

    name = "difflib" if blanks else "difflib, with blanks"
    return Engine(name, compare, lambda old, new: lambda: matched(old, new))


def _diff_match_patch() -> Engine:
    """diff-match-patch on words, with its semantic clean-up."""
    engine = diff_match_patch()
    engine.Diff_Timeout = 0

    def compare(old: str, new: str) -> list[Piece]:
        letters: dict[str, str] = {}
        # A letter for each word, from U+0100 on.
        coded = [
            "".join(
                letters.setdefault(word, chr(0x100 + len(letters)))
                for word in _BLANKS.findall(text)
            )
            for text in (old, new)
        ]
        diffs = engine.diff_main(*coded, False)
        engine.diff_cleanupSemantic(diffs)
        engine.diff_charsToLines(diffs, [""] * 0x100 + list(letters))
        return [
            Piece(tag == 0, text if tag <= 0 else "", text if tag >= 0 else "")
            for tag, text in diffs
        ]

    return Engine("diff-match-patch", compare, lambda old, new: lambda: compare(old, new))


def engines() -> list[Engine]:
    return [
        Engine("ours", _ours, _ours_timed),
        _difflib(_MARKS, r"\s*"),
        _difflib(_BLANKS),
        _diff_match_patch(),
    ]


# The measures


class Counted(NamedTuple):
    runs: int
    islands: int
    split: int
    changed: int


def counted(pieces: Sequence[Piece]) -> Counted:
    """What a reader of the changes of one pair sees."""
    seen = [piece for piece in pieces if piece.old or piece.new]
    stretches = [(same, list(group)) for same, group in groupby(seen, key=lambda piece: piece.same)]
    between = [
        _WORD.findall("".join(piece.new for piece in group).lower())
        for same, group in stretches[1:-1]
        if same
    ]
    islands = sum(
        len(left) == 1 or (len(left) == 2 and STOP_WORDS.issuperset(left)) for left in between
    )
    changed = sum(
        len(_WORD.findall(piece.old)) + len(_WORD.findall(piece.new))
        for piece in seen
        if not piece.same
        and not (piece.old and piece.new and piece.old.lower() == piece.new.lower())
    )
    split = _split([(piece.same, piece.old) for piece in seen if piece.old])
    split += _split([(piece.same, piece.new) for piece in seen if piece.new])
    return Counted(sum(not same for same, _ in stretches), islands, split, changed)


def _split(side: list[tuple[bool, str]]) -> int:
    """How many changes begin or end inside a word of one text."""
    return sum(
        before is not after
        and re.search(r"\w$", text) is not None
        and re.match(r"\w", following) is not None
        for (before, text), (after, following) in pairwise(side)
    )


def seconds(step: Callable[[], object]) -> float:
    """The processor time of one call, the best of some."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.thread_time()
        step()
        best = min(best, time.thread_time() - started)
    return best


def measured(engine: Engine, pairs: list[Pair]) -> dict[str, float]:
    counts = [counted(engine.compare(*pair)) for pair in pairs]
    hundreds = sum(len(_WORD.findall(text)) for pair in pairs for text in pair) / 200
    least = sum(Indel.distance(*(_WORD.findall(text.lower()) for text in pair)) for pair in pairs)
    times = [seconds(engine.timed(*pair)) * MILLISECONDS for pair in pairs]
    return {
        "runs": sum(each.runs for each in counts) / len(pairs),
        "changed": sum(each.changed for each in counts) / least,
        "islands": sum(each.islands for each in counts) / hundreds,
        "split": sum(each.split for each in counts) / hundreds,
        "median ms": statistics.median(times),
        "worst ms": max(times),
    }


# Whole documents


def documents() -> Iterator[list[Pair]]:
    """Each two versions of the corpora, over and over until they have 5,500 words."""
    for family in texts.FAMILIES:
        for old, new in _versions(family):
            pairs = list(_together(_sentences(old), _sentences(new)))
            if pairs:
                yield _long(pairs)


def _long(pairs: list[Pair]) -> list[Pair]:
    found: list[Pair] = []
    length = 0
    for old, new in cycle(pairs):
        found.append((old, new))
        length += len(old.split())
        if length >= DOCUMENT:
            return found
    raise AssertionError("a cycle has no end")


def of_document(pairs: list[Pair]) -> float:
    rich: list[tuple[RichText, RichText]] = [
        (rich_text.from_text(old), rich_text.from_text(new)) for old, new in pairs
    ]
    return seconds(lambda: [words.changes(old, new) for old, new in rich]) * MILLISECONDS


def main() -> None:
    pairs = rewordings()
    median = statistics.median(len(text.split()) for pair in pairs for text in pair)
    print(f"{len(pairs)} reworded pairs, median {median:.0f} words.")
    names = ("runs", "changed", "islands", "split", "median ms", "worst ms")
    print(" " * 22 + "".join(f"{name:>10}" for name in names))
    for engine in engines():
        row = measured(engine, pairs)
        print(f"{engine.name:22}" + "".join(f"{row[name]:10.3f}" for name in names))
    times = [of_document(document) for document in documents()]
    print(f"\nTwo documents of 5,500 words, put together by id: {len(times)} such twos,")
    print(f"median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms;")
    worst = of_document(_long(pairs))
    print(f"one with every statement reworded {worst:.1f} ms.")


if __name__ == "__main__":
    main()
