"""Which of the shared words are worth showing as kept.

The longest common subsequence keeps as many tokens as can be kept; a reader wants few changes that
make sense. Three steps, after Fraser's "Diff Strategies" (2006) with words in place of letters:

1. An edit that only adds or only takes out can often stand in several places ("the cat [and the
   cat]", "the [cat and the] cat"). It goes to where a sentence or a part of one begins and ends.
2. Weak runs between two edits are given up, and the two edits become one: a single word, and a run
   that weighs no more than the shorter of them (a stop word weighs 1, another 2, and 1 is given).
   A single word that says something stays between two short edits: "You [must]{should} ask
   {in good time}".
3. Where hardly a word that says something is kept, nothing is: the old is shown, then the new.
"""

import string
from bisect import bisect_left
from collections.abc import Sequence

from server.comparing import tokens
from server.comparing.sentences import SENTENCE_ENDS, Shared
from server.comparing.tokens import Text

KEPT = 0.25
WEAK = 12  # a run of more tokens is never weak
FEW = 3
FAR = 50  # tokens: no edit is moved further

_PARTS = frozenset(",;:()-،؛、，；：")

_STOP = (
    "a about after all also an and any are as at be because been before but by do does for from "
    "had has have he her him his how i if in into is it its just me my of off on or our out "
    "she so some such than that the their them then there these they this those to too up us very "
    "was we were what when where which while who whom whose with you your "
    "y yr ac o ar yn am gan mae ein eich eu fy dy ei"
)
STOP_WORDS = frozenset(_STOP.split())


# Marks of punctuation, those that are common; another counts as a word, which does no harm.
_SIGNS = frozenset(string.punctuation + "…—•·¿¡。、，．：；！？（）「」『』،؛؟۔।॥")
_SILENT = STOP_WORDS | _SIGNS


def is_word(key: str) -> bool:
    """Whether a token is more than a mark of punctuation."""
    return key not in _SIGNS


def is_island(text: str) -> bool:
    """Whether words left between two changes are too few: one, or two stop words."""
    if len(text.split()) > 2:
        return False
    words = [key for _, key in tokens.pieces(text) if is_word(key)]
    return len(words) <= 1 or (len(words) == 2 and all(key in STOP_WORDS for key in words))


def tidied(old: Text, new: Text, shared: list[Shared]) -> list[Shared]:
    """The runs to show as kept."""
    if len(shared) > 1 or (shared and shared[0][2] < max(len(old.keys), len(new.keys))):
        shared = _slid(old, new, shared)
        shared = _without_weak(old, new, shared)
    return shared


def hardly_kept(old: Text, new: Text, shared: Sequence[Shared]) -> bool:
    """Whether fewer than a quarter of the shorter text's words that say something are kept."""
    kept = [key for i, _, size in shared for key in old.keys[i : i + size]]
    same = _telling(kept)
    if same >= KEPT * min(len(old.keys), len(new.keys)):
        return False
    was, now = _telling(old.keys), _telling(new.keys)
    if not was or not now:
        was, now, same = len(old.keys), len(new.keys), len(kept)
    return same < KEPT * min(was, now)


def _telling(keys: Sequence[str]) -> int:
    return len([key for key in keys if key not in _SILENT])


def _slid(old: Text, new: Text, shared: list[Shared]) -> list[Shared]:
    """Each edit on one side only at the best of the places where it can stand."""
    # An empty run at each end stands for "no further".
    runs = [(0, 0, 0), *shared, (len(old.keys), len(new.keys), 0)]
    for index in range(len(runs) - 1):
        i, j, size = runs[index]
        next_i, next_j, next_size = runs[index + 1]
        if next_i == i + size and next_j > j + size:
            text, start, end = new, j + size, next_j
        elif next_j == j + size and next_i > i + size:
            text, start, end = old, i + size, next_i
        else:
            continue
        moved = _best_move(text, start, end, size, next_size)
        if moved:
            runs[index] = (i, j, size + moved)
            runs[index + 1] = (next_i + moved, next_j + moved, next_size - moved)
    return [run for run in runs if run[2]]


def _best_move(text: Text, start: int, end: int, left: int, right: int) -> int:
    """How far to move an edit, to the left (below 0) or right."""
    keys = text.keys
    lowest = 0
    while -lowest < min(left, FAR) and keys[start + lowest - 1] == keys[end + lowest - 1]:
        lowest -= 1
    highest = 0
    while highest < min(right, FAR) and keys[start + highest] == keys[end + highest]:
        highest += 1
    if lowest == highest:
        return 0
    moves = range(lowest, highest + 1)
    # Of places as good as each other the last: who adds a sentence adds it at the end.
    return max(moves, key=lambda move: (_worth(text, start + move, end + move), move))


def _worth(text: Text, start: int, end: int) -> int:
    """How well an edit reads from one token to another."""
    keys = text.keys
    worth = _break_before(text, start) + _break_before(text, end)
    if keys[start] in STOP_WORDS:
        worth += 1
    if keys[end - 1] not in STOP_WORDS:
        worth += 1
    return worth


def _break_before(text: Text, token: int) -> int:
    keys = text.keys
    if token in (0, len(keys)) or _has_start(text, token, 0):
        return 8
    before, after = keys[token - 1], keys[token]
    if before in SENTENCE_ENDS:
        return 6
    if before in _PARTS or after in _PARTS:
        return 3
    if after in SENTENCE_ENDS:
        return 3
    return 0


def _without_weak(old: Text, new: Text, shared: list[Shared]) -> list[Shared]:
    found: list[Shared] = [(0, 0, 0)]
    for run in [*shared, (len(old.keys), len(new.keys), 0)]:
        # Giving one up makes the edit before it longer, so that the run before may be weak now.
        while len(found) > 1 and _is_weak(old, new, found[-2], found[-1], run):
            found.pop()
        found.append(run)
    if len(found) < len(shared) + 2:
        found = _trimmed(old.keys, new.keys, found)
    return [run for run in found if run[2]]


def _trimmed(old: Sequence[str], new: Sequence[str], runs: list[Shared]) -> list[Shared]:
    """Runs with what edits have alike at their ends, since weak runs went with them."""
    found = runs[:1]
    for run in runs[1:]:
        i, j = found[-1][0] + found[-1][2], found[-1][1] + found[-1][2]
        next_i, next_j, size = run
        while i < next_i and j < next_j and old[next_i - 1] == new[next_j - 1]:
            next_i, next_j, size = next_i - 1, next_j - 1, size + 1
        found.append((next_i, next_j, size))
    return found


def _is_weak(old: Text, new: Text, before: Shared, run: Shared, after: Shared) -> bool:
    """Whether a run between two edits is not worth showing as kept."""
    i, j, size = run
    if size > WEAK:
        return False
    i_before, j_before = before[0] + before[2], before[1] + before[2]
    i_after, j_after = i + size, j + size
    if (i_before == i and j_before == j) or (after[0] == i_after and after[1] == j_after):
        return False  # at an end of the text
    if _has_start(old, i, size) or _has_start(new, j, size):
        return False
    keys = old.keys[i:i_after]
    words = [key for key in keys if key not in _SIGNS]
    if not SENTENCE_ENDS.isdisjoint(keys):
        # Between two edits that only add, or only take out, it is as well at the end of the second.
        one_sided = (j_before == j and j_after == after[1]) or (
            i_before == i and i_after == after[0]
        )
        return one_sided and not words
    if not words:
        return True
    stop_words = sum([key in STOP_WORDS for key in words])
    weight = 2 * len(words) - stop_words
    left = max(_words(old.keys, i_before, i), _words(new.keys, j_before, j))
    right = max(_words(old.keys, i_after, after[0]), _words(new.keys, j_after, after[1]))
    if len(words) == 1:
        return bool(stop_words) or min(left, right) > 1 or max(left, right) > FEW
    return weight <= min(left, right) + 1


def _words(keys: Sequence[str], start: int, end: int) -> int:
    """How many words there are in an edit, or in as much of it as outweighs every weak run."""
    return len([key for key in keys[start : min(end, start + 4 * WEAK)] if key not in _SIGNS])


def _has_start(text: Text, first: int, size: int) -> bool:
    """Whether a paragraph begins in or right after a run; the text's own beginning is none."""
    starts = text.starts
    if len(starts) <= 1:
        return False
    index = bisect_left(starts, first, 1)
    return index < len(starts) and starts[index] <= first + size
