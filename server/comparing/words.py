"""What changed between two texts, word by word.

Words are compared, never parts of them, in three steps: which tokens both texts share (sentence by
sentence, by the longest common subsequence of their keys), which of those are worth telling as kept
(`tidying`), and the blocks and spans to show (`building`).
"""

from enum import StrEnum

from rapidfuzz.distance import Indel

from server.comparing import building, sentences, tidying, tokens
from server.comparing.spans import Block, Changes, Span, SpanKind, Start, unchanged
from server.writing.rich_text import RichText

__all__ = [
    "Band",
    "Block",
    "Changes",
    "Span",
    "SpanKind",
    "Start",
    "band",
    "changes",
    "similarity",
]

SMALL = 0.9
REWORDED = 0.45


class Band(StrEnum):
    """How far words are from what they were."""

    SMALL = "small"
    REWORDED = "reworded"
    REWRITTEN = "rewritten"


def changes(old: RichText, new: RichText, *, exact: bool = False) -> Changes:
    """What changed between two tidy texts; `.old` and `.new` of it are these very texts.

    `exact` keeps every word that can be kept, as a mix needs it, and not only those worth showing.
    """
    if old == new:
        return unchanged(new)
    before, after = tokens.of(old), tokens.of(new)
    shared = sentences.shared(before, after)
    if exact:
        return Changes(building.blocks(before, after, shared))
    shared = tidying.tidied(before, after, shared)
    rewritten = tidying.hardly_kept(before, after, shared)
    return Changes(building.blocks(before, after, () if rewritten else shared), rewritten)


def similarity(old: RichText, new: RichText) -> float:
    """How alike two texts are, 0 to 1: the share of their words that both have in one order."""
    return Indel.normalized_similarity(tokens.of(old).keys, tokens.of(new).keys)


def band(similarity: float) -> Band:
    """What to call a similarity: small from 0.9, reworded from 0.45, below that rewritten."""
    if similarity >= SMALL:
        return Band.SMALL
    return Band.REWORDED if similarity >= REWORDED else Band.REWRITTEN
