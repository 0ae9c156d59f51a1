"""The language of our pages, and how a page tells that words on it are in another one.

Our pages speak one language, a Charter may be in any. A screen reader and the Listen button take
their voice from the nearest `lang` (WCAG 3.1.1, 3.1.2). So a Charter's words stand in elements with
the `lang` of that Charter, and what we say ourselves never does. The title of a window and a choice
in a list hold no elements: where these say both, they are in the language of our pages.
"""

import re

from markupsafe import Markup

# Sentences about changes and days, which pages tell, are in it too, whatever the Charter is in.
PAGES = "en-GB"

_QUOTED = re.compile("(?<=“)([^“”]+)(?=”)")


def lang(language: str | None, around: str | None = None) -> Markup:
    """The attribute of an element with words in a language: ` lang="cy"`.

    Nothing where the words around it are in the same one; None is the language of our pages.
    """
    language = language or PAGES
    if language.casefold() == (around or PAGES).casefold():
        return Markup("")
    return Markup(' lang="{}"').format(language)


def said_in(text: str, language: str | None) -> Markup:
    """Words in a language within a sentence of ours: `<span lang="cy">…</span>`."""
    attribute = lang(language)
    return Markup("<span{}>{}</span>").format(attribute, text) if attribute else Markup.escape(text)


def quoting(sentence: str, *languages: str | None) -> Markup:
    """A sentence of ours, with what it quotes in “…” marked as words in this language.

    Of two versions in two languages the sentence does not tell which one it quotes.
    """
    if len(set(languages)) != 1:
        return Markup.escape(sentence)
    # Every second part stood in quotes.
    parts = _QUOTED.split(sentence)
    return Markup("").join(
        [said_in(part, languages[0] if at % 2 else None) for at, part in enumerate(parts)]
    )


# What templates know these by.
FILTERS = {"lang": lang, "quoting": quoting, "said_in": said_in}
