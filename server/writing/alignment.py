"""What stays the same between two texts: pure, for whoever changes one into the other.

The longest common subsequence is found with bit vectors (Hyyrö, "Bit-parallel LCS-length
computation revisited", 2004): Python's long integers make a row of the table one addition. 2,000
tokens against 2,000 others take 2 ms.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence

Pairs = list[tuple[int, int]]
"""Which place of an old list corresponds to which of a new one, both rising."""

# A word; white space; a flag; otherwise a character by itself, as is each of the scripts that
# write words without spaces between them.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    f"[{_UNSPACED}]|(?:(?![{_UNSPACED}])\\w)+|\\s+|[\U0001f1e6-\U0001f1ff]{{2}}|.", re.DOTALL
)
_JOINER = "\u200d"
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
# From here on paragraphs are paired in their order instead of as they are most alike.
_MANY = 400


def tokens(text: str) -> list[str]:
    """Words, white space and single characters, which put together are the text again.

    What is seen as one character (an emoji of several, a letter with its accents) is never cut.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if found and (_continues(token[0]) or found[-1].endswith(_JOINER)):
            found[-1] += token
        else:
            found.append(token)
    return found


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    return (
        character == _JOINER
        or unicodedata.category(character).startswith("M")
        or _SKIN.match(character) is not None
    )


def kept(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    """The longest common subsequence: which elements of `old` are which of `new`."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = _longest(old[start : len(old) - end], new[start : len(new) - end])
    return [
        *((place, place) for place in range(start)),
        *((start + i, start + j) for i, j in middle),
        *((len(old) - back, len(new) - back) for back in range(end, 0, -1)),
    ]


def _longest(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    masks: dict[Hashable, int] = {}
    for place, value in enumerate(old):
        masks[value] = masks.get(value, 0) | 1 << place
    whole = (1 << len(old)) - 1
    row = whole
    rows = []
    for value in new:
        matched = row & masks.get(value, 0)
        row = ((row + matched) | (row - matched)) & whole
        rows.append(row)
    pairs: Pairs = []
    i, j = len(old), len(new)
    while i and j:
        if rows[j - 1] >> (i - 1) & 1:
            i -= 1
        elif j > 1 and not rows[j - 2] >> (i - 1) & 1:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    pairs.reverse()
    return pairs


def kept_tokens(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    """Which tokens of a text stay: as many words as can be, then the white space between them."""
    words = [[n for n, token in enumerate(side) if not _is_blank(token)] for side in (old, new)]
    stay = kept([old[i] for i in words[0]], [new[j] for j in words[1]])
    pairs: Pairs = []
    i_before = j_before = 0
    for i, j in [*((words[0][i], words[1][j]) for i, j in stay), (len(old), len(new))]:
        blanks = kept(
            [token if _is_blank(token) else (0, n) for n, token in enumerate(old[i_before:i])],
            [token if _is_blank(token) else (1, n) for n, token in enumerate(new[j_before:j])],
        )
        pairs += [(i_before + one, j_before + other) for one, other in blanks]
        pairs.append((i, j))
        i_before, j_before = i + 1, j + 1
    return pairs[:-1]


def _is_blank(token: Hashable) -> bool:
    return isinstance(token, str) and token.isspace()


def paired(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    alike: Callable[[int, int], int],
) -> Pairs:
    """Which old element becomes which new one: equal ones first, then the most alike between them.

    `alike(i, j)` tells how much stays when old `i` becomes new `j`; 0: it must not. O(n·m) of it
    within a stretch of changed elements, unless that is long.
    """
    pairs: Pairs = []
    before = (-1, -1)
    for i, j in [*kept(old, new), (len(old), len(new))]:
        olds, news = range(before[0] + 1, i), range(before[1] + 1, j)
        pairs += (_most_alike if len(olds) * len(news) <= _MANY else _in_order)(olds, news, alike)
        pairs.append((i, j))
        before = (i, j)
    return pairs[:-1]


def _most_alike(olds: range, news: range, alike: Callable[[int, int], int]) -> Pairs:
    """The pairs, in order, between which most stays."""
    scores = [[alike(i, j) for j in news] for i in olds]
    best = [[0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    for i in range(len(olds) - 1, -1, -1):
        for j in range(len(news) - 1, -1, -1):
            together = best[i + 1][j + 1] + scores[i][j] if scores[i][j] else 0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: Pairs = []
    i = j = 0
    while i < len(olds) and j < len(news):
        if scores[i][j] and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            pairs.append((olds[i], news[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _in_order(olds: range, news: range, alike: Callable[[int, int], int]) -> Pairs:
    """Each new element with the next old one that it may be."""
    pairs: Pairs = []
    left = iter(olds)
    for j in news:
        i = next((i for i in left if alike(i, j)), None)
        if i is None:
            break
        pairs.append((i, j))
    return pairs
