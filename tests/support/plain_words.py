"""Are these words plain? Sentences, their length, their reading grade, and jargon.

The measure is Flesch and Kincaid's reading grade (Kincaid, Fishburne, Rogers and Chissom 1975),
`0.39 × words per sentence + 11.8 × syllables per word - 15.59`, taken for every sentence by itself:
grade 4 to 6 is a reading age of 9 to 11. Syllables are counted by rule, as readability programs do;
the well-kept libraries would bring a pronouncing dictionary of several megabytes for the same use.

Two things are ours:
- A label of one or two words ("Undo") is too short to grade alone. It is graded as part of a
  sentence of six words, the others having one syllable: it passes when it would be easy there.
- A word that our pages explain and use everywhere ("Charter", "statement"), or that is two easy
  words in one ("everybody"), counts as two syllables at most: who has met it knows it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 15
HIGHEST_GRADE = 6.0
SHORTEST_GRADED = 6


def _listed(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


FAMILIAR = _listed(
    "anybody anything anywhere charter charters edition editions everybody everything "
    "everywhere heading headings nobody openmoji organiser organisers picture pictures somebody "
    "statement statements supporter supporters"
)

JARGON = _listed(
    "admin algorithm api app authenticate authentication authorised backend browser byte bytes "
    "cache client commit conflict connection cookie cookies credentials crdt cursor data database "
    "delete diff document documents download editor endpoint error errors execute export fork "
    "frame function html http https id import input interface invalid json latency locale log "
    "login logout malformed markdown merge metadata method mode module null offline "
    "parameter payload permission permissions process protocol query refresh repository request "
    "response revision schema server session socket submit sync synchronise syntax timeout "
    "token unauthorised update updates upload upstream url user username users utf validate "
    "websocket yjs"
)

_SENTENCE_END = re.compile(r"(?<=[.!?…۔؟])[”’\"')]*\s+|\n+|(?<=:)\s+|:$")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_VOWELS = re.compile("[aeiouy]+")
_LATIN = re.compile(r"[A-Za-z0-9’'-]+")

# Where the rules of English spelling mislead the rules below.
_SYLLABLES = {
    "area": 3,
    "being": 2,
    "cafés": 2,
    "café": 2,
    "coming": 2,
    "create": 2,
    "device": 2,
    "diwali": 3,
    "does": 1,
    "doing": 2,
    "every": 2,
    "everybody": 4,
    "evening": 2,
    "going": 2,
    "idea": 3,
    "ideas": 3,
    "people": 2,
    "quiet": 2,
    "real": 1,
    "science": 2,
    "seeing": 2,
    "something": 2,
    "somebody": 3,
    "someone": 2,
    "sometimes": 2,
    "something’s": 2,
    "supposed": 2,
    "trial": 2,
    "used": 1,
    "video": 3,
}


@dataclass(frozen=True)
class Finding:
    """One sentence that is not plain, and why."""

    sentence: str
    reason: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.sentence}"


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line end and a colon end one too."""
    found = (part.strip() for part in _SENTENCE_END.split(text))
    return [part for part in found if part and _WORD.search(part)]


def words(sentence: str) -> list[str]:
    return _WORD.findall(sentence)


def syllables(word: str) -> int:
    """How many syllables an English word has, by the rules of its spelling."""
    word = word.casefold()
    if word in _SYLLABLES:
        return _SYLLABLES[word]
    if "-" in word:
        return sum(syllables(part) for part in word.split("-") if part)
    word = re.sub("[’'](s|t|m|d|re|ve|ll)$", "", word)
    if word.isdigit() or not word:
        return 1
    count = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye", "oe")):
        count -= 1  # home, like
    elif word.endswith("le") and len(word) > 2 and word[-3] in "aeiouy":
        count -= 1  # while, rule; but not table
    elif word.endswith("es") and re.search("[aeiouy][^aeiouysxzcg]es$", word):
        count -= 1  # homes; but not houses
    elif word.endswith("ed") and not word.endswith(("ted", "ded", "eed", "ied")):
        count -= 1  # asked
    elif word.endswith("ely") and len(word) > 5:
        count -= 1  # safely
    if re.search("e(ment|ful|less|ness|where|thing|body)", word) and count > 2:
        count -= 1  # statement, careful, somewhere
    if re.search("i[aou](?!us)|[^cgqt]io[nu]?", word) and not re.search("[cgst]i[aou]", word):
        count += 1  # diary, violin; but not special, station
    return max(count, 1)


def _stems(word: str) -> set[str]:
    """The word, and what it may come from: "merged", "merging" and "merges" from "merge"."""
    stems = {word, word.removesuffix("’s"), word.removesuffix("'s")}
    for ending in ("s", "es", "d", "ed", "ing", "er", "ers"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stems |= {word.removesuffix(ending), word.removesuffix(ending) + "e"}
    return stems


def grade(sentence: str) -> float:
    """The reading grade of one sentence: its school year in the United States, 4 is about age 9."""
    found = words(sentence)
    heavy = sum(min(syllables(w), 2) if w.casefold() in FAMILIAR else syllables(w) for w in found)
    length = max(len(found), SHORTEST_GRADED)
    heavy += length - len(found)
    return 0.39 * length + 11.8 * heavy / length - 15.59


def is_english(sentence: str) -> bool:
    """Whether its letters can be measured by this measure at all."""
    return all(_LATIN.fullmatch(word) for word in words(sentence))


def findings(text: str) -> Iterator[Finding]:
    """Every sentence that is too long, too hard to read or has jargon."""
    for sentence in sentences(text):
        found = words(sentence)
        if len(found) > LONGEST:
            yield Finding(sentence, f"{len(found)} words")
        if grade(sentence) > HIGHEST_GRADE:
            yield Finding(sentence, f"reading grade {grade(sentence):.1f}")
        jargon = sorted(word.casefold() for word in found if _stems(word.casefold()) & JARGON)
        if jargon:
            yield Finding(sentence, f"jargon ({', '.join(jargon)})")
