"""Which tokens two texts share, sentence by sentence.

Comparing the tokens of whole texts finds words of one sentence again in quite another. So sentences
are put together first: those pairs, in order, that share the most tokens, where at least half of
the tokens of each pair are shared. What is left over beside and between pairs is tried once more,
since a sentence may have been split in two, or two joined. Only then are the tokens compared, by
their longest common subsequence.

How alike two sentences are is counted as Indel distance (insertions and deletions), which rapidfuzz
works out bit-parallel (Hyyrö 2004). O(n·m) in sentences: a part of a Charter has a few dozen.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import Indel, LCSseq

from server.comparing.tokens import Text

# (first old token, first new token, how many): they are the same, key by key.
Shared = tuple[int, int, int]
# A range of old tokens and one of new tokens: from, to, from, to.
Segment = tuple[int, int, int, int]

ALIKE = 0.5
# Of more pairs of sentences than this, only those between sentences that are the same are compared.
MANY = 2_500

SENTENCE_ENDS = frozenset(".!?…。！？؟۔।")
_WITHOUT_BLANK = frozenset("。！？")
_CLOSING = frozenset("\"')]}")
_SHORT = frozenset(["mr", "mrs", "ms", "dr", "st", "e.g", "i.e", "eg", "ie"])


def shared(old: Text, new: Text) -> list[Shared]:
    """The runs of tokens that both texts share, in order; no two touch in both texts."""
    if _is_one(old) and _is_one(new):
        return _tokens(old.keys, new.keys, (0, len(old.keys), 0, len(new.keys)))
    before, after = bounds(old), bounds(new)
    if len(before) <= 2 and len(after) <= 2:
        return _tokens(old.keys, new.keys, (0, len(old.keys), 0, len(new.keys)))
    found: list[Shared] = []
    for segment in _segments(old.keys, new.keys, before, after):
        for i, j, size in _tokens(old.keys, new.keys, segment):
            if found and _touch(found[-1], i, j):
                first_i, first_j, before_it = found[-1]
                found[-1] = first_i, first_j, before_it + size
            else:
                found.append((i, j, size))
    return found


def bounds(text: Text) -> list[int]:
    """Where sentences begin, in tokens, and the end of the last; a paragraph begins one, too."""
    keys, starts = text.keys, text.starts
    found = set(starts)
    for end in [index for index, key in enumerate(keys) if key in SENTENCE_ENDS]:
        begin = end + 1
        while begin < len(keys) and keys[begin] in _CLOSING and not _blank_before(text, begin):
            begin += 1
        if begin < len(keys) and _begins(text, end, begin):
            found.add(begin)
    return [*sorted(found), len(keys)]


def _is_one(text: Text) -> bool:
    """Whether a text is surely one sentence, at most."""
    return len(text.starts) <= 1 and SENTENCE_ENDS.isdisjoint(text.keys[:-1])


def _begins(text: Text, end: int, begin: int) -> bool:
    """Whether a sentence begins at a token that comes after a mark such as a full stop."""
    if text.keys[end] in _WITHOUT_BLANK:
        return True
    piece = text.text[text.ends[begin] : text.ends[begin + 1]]
    if not piece[0].isspace() or piece.lstrip()[0].islower():
        return False
    return text.keys[end] != "." or end == 0 or text.keys[end - 1] not in _SHORT


def _blank_before(text: Text, token: int) -> bool:
    return text.text[text.ends[token]].isspace()


def _tokens(old: Sequence[str], new: Sequence[str], segment: Segment) -> list[Shared]:
    i, i_end, j, j_end = segment
    if i == 0 and j == 0 and i_end == len(old) and j_end == len(new):
        matching = LCSseq.opcodes(old, new).as_matching_blocks()
    else:
        matching = LCSseq.opcodes(old[i:i_end], new[j:j_end]).as_matching_blocks()
    return [(i + block.a, j + block.b, block.size) for block in matching if block.size]


def _touch(last: Shared, i: int, j: int) -> bool:
    return last[0] + last[2] == i and last[1] + last[2] == j


def _segments(
    old: Sequence[str], new: Sequence[str], before: list[int], after: list[int]
) -> Iterator[Segment]:
    """Sentences put together with their like; those without any are in no segment."""
    pairs = _pairs(
        [old[start:end] for start, end in pairwise(before)],
        [new[start:end] for start, end in pairwise(after)],
    )
    # In tokens, with an end of both texts on each side.
    placed = [(before[i], before[i + 1], after[j], after[j + 1]) for i, j in pairs]
    yield from _widened(old, new, [(0, 0, 0, 0), *placed, (len(old),) * 2 + (len(new),) * 2])


def _pairs(old: list[Sequence[str]], new: list[Sequence[str]]) -> list[tuple[int, int]]:
    """The pairs, in order, that share the most tokens. Sentences at both ends that are the same
    are pairs without asking."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    most = min(len(old), len(new)) - head
    while tail < most and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found = [(index, index) for index in range(head)]
    middle = _best(old[head : len(old) - tail], new[head : len(new) - tail])
    found += [(head + i, head + j) for i, j in middle]
    found += [(len(old) - left, len(new) - left) for left in range(tail, 0, -1)]
    return found


def _best(old: list[Sequence[str]], new: list[Sequence[str]]) -> list[tuple[int, int]]:
    """Pairs of sentences that are alike, so that the most tokens are shared."""
    if len(old) * len(new) > MANY:
        return _anchored(old, new)
    alike = _alike(old, new)
    # most[i][j]: what can be shared by the sentences from i and from j on.
    most = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below = most[i], most[i + 1]
        for j in range(len(new) - 1, -1, -1):
            best = max(below[j], row[j + 1])
            weight = alike.get((i, j))
            row[j] = best if weight is None else max(best, weight + below[j + 1])
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        weight = alike.get((i, j))
        if weight is not None and most[i][j] == weight + most[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif most[i][j] == most[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _anchored(old: list[Sequence[str]], new: list[Sequence[str]]) -> list[tuple[int, int]]:
    """Of very many sentences: those that are the same, and the best between each two of them."""
    was, now = [" ".join(keys) for keys in old], [" ".join(keys) for keys in new]
    found: list[tuple[int, int]] = []
    i = j = 0
    for same in LCSseq.opcodes(was, now).as_matching_blocks():
        between = old[i : same.a], new[j : same.b]
        if len(between[0]) * len(between[1]) <= MANY:
            found += [(i + k, j + other) for k, other in _best(*between)]
        found += [(same.a + step, same.b + step) for step in range(same.size)]
        i, j = same.a + same.size, same.b + same.size
    return found


def _alike(old: list[Sequence[str]], new: list[Sequence[str]]) -> dict[tuple[int, int], float]:
    """How many tokens two sentences share, for those that are alike enough."""
    found = {}
    for i, was in enumerate(old):
        for j, now in enumerate(new):
            share = Indel.normalized_similarity(was, now, score_cutoff=ALIKE)
            if share:
                found[i, j] = share * (len(was) + len(now)) / 2
    return found


def _widened(old: Sequence[str], new: Sequence[str], placed: list[Segment]) -> Iterator[Segment]:
    """The pairs, and what lies between them where it is alike or belongs to one of them."""
    current = placed[0]
    for pair in placed[1:]:
        following = pair
        gap = (current[1], pair[0], current[3], pair[2])
        was, now = old[gap[0] : gap[1]], new[gap[2] : gap[3]]
        if was and now:
            yield current
            if Indel.normalized_similarity(was, now, score_cutoff=ALIKE):
                yield gap
        elif was or now:
            to_left = (current[0], gap[1], current[2], gap[3])
            to_right = (gap[0], pair[1], gap[2], pair[3])
            left, right = _gain(old, new, current, to_left), _gain(old, new, pair, to_right)
            if max(left, right) >= ALIKE * max(len(was), len(now)):
                if left >= right:
                    current = to_left
                else:
                    following = to_right
            yield current
        else:
            yield current
        current = following
    yield current


def _gain(old: Sequence[str], new: Sequence[str], pair: Segment, wider: Segment) -> int:
    """How many tokens more are shared in a wider segment."""
    if pair[0] == pair[1] or pair[2] == pair[3]:
        return 0  # an end of the text, no pair
    return _sharing(old, new, wider) - _sharing(old, new, pair)


def _sharing(old: Sequence[str], new: Sequence[str], segment: Segment) -> int:
    return LCSseq.similarity(old[segment[0] : segment[1]], new[segment[2] : segment[3]])
