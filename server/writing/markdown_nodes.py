"""Markdown as a tree of nodes, and the rich text in them.

Emphasis, code, quotes and HTML keep their words and lose their looks; numbered lists become
bullets, and lists within lists one list; pictures go.
"""

import html
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node
from mdit_py_plugins.front_matter import front_matter_plugin

from server.writing import rich_text
from server.writing.rich_text import Block, BulletList, Paragraph, Run

LISTS = ("bullet_list", "ordered_list")

_KEY = re.compile(r"([A-Za-z_][\w-]*)\s*:(?:\s+(.*?))?\s*")
_STRONG_TAG = re.compile(r"<(/?)(?:strong|b)\s*>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


class _Markdown(MarkdownIt):
    """Leaves addresses as they are written: `rich_text.is_link` decides which may stay."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 -- markdown-it's own name
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 -- markdown-it's own name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 -- markdown-it's own name
        return link


def nodes(text: str) -> list[Node]:
    """The blocks of a file, the first of type `front_matter` when it has one."""
    # Without a line end at its end, a file that stops within its front matter trips the plugin.
    text += "\n"
    found = Node(_Markdown("commonmark").use(front_matter_plugin).parse(text)).children
    if found and found[0].type == "front_matter" and not _is_front_matter(found[0].content):
        # Two rules with words between them, in a file that knows no front matter.
        return Node(_Markdown("commonmark").parse(text)).children
    return found


def front_matter(found: list[Node]) -> dict[str, str]:
    """The simple `key: value` lines on top; others (lists, nested keys) are somebody else's."""
    if not found or found[0].type != "front_matter":
        return {}
    lines = (_KEY.fullmatch(line) for line in found[0].content.split("\n"))
    return {match[1].lower(): match[2] or "" for match in lines if match}


def _is_front_matter(content: str) -> bool:
    first = next((line for line in content.split("\n") if line.strip()), "#")
    return first.startswith("#") or _KEY.fullmatch(first) is not None


def line_of(node: Node) -> int:
    """The line where a block begins, counted from 1."""
    return node.map[0] + 1 if node.map else 1


def blocks(node: Node) -> Iterator[Block]:
    """The rich text of a block, not yet tidy."""
    if node.type in ("paragraph", "heading"):
        yield Paragraph(tuple(_runs(node)))
    elif node.type in LISTS:
        yield BulletList(tuple(_paragraphs(node)))
    elif node.type == "blockquote":
        for child in node.children:
            yield from blocks(child)
    elif node.type in ("fence", "code_block"):
        yield from rich_text.from_text(node.content)
    elif node.type == "html_block":
        yield from rich_text.from_text(html.unescape(_without_tags(node.content)))


def text(node: Node) -> str:
    """The words of a block on one line."""
    return " ".join(rich_text.plain(rich_text.tidy(blocks(node))).split("\n"))


def _without_tags(markup: str) -> str:
    """The words between tags and comments. One that never ends takes the rest with it."""
    words, at = [], 0
    while (start := markup.find("<", at)) >= 0:
        words.append(markup[at:start])
        close = "-->" if markup.startswith("<!--", start) else ">"
        end = markup.find(close, start)
        if end < 0:
            return "".join(words)
        at = end + len(close)
    return "".join([*words, markup[at:]])


def _paragraphs(node: Node) -> Iterator[Paragraph]:
    for child in node.children:
        if child.type in ("list_item", *LISTS, "blockquote"):
            yield from _paragraphs(child)
        else:
            yield from rich_text.paragraphs(tuple(blocks(child)))


def _runs(node: Node) -> Iterator[Run]:
    strong, link = 0, None
    for inline in node.children:
        for token in (inline.token.children if inline.token else None) or []:
            match token.type:
                case "text" | "code_inline" | "text_special":
                    yield Run(token.content, strong > 0, link)
                case "softbreak" | "hardbreak":
                    yield Run(" ", strong > 0, link)
                case "strong_open":
                    strong += 1
                case "strong_close":
                    strong -= 1
                case "link_open":
                    href = str(token.attrGet("href"))
                    link = href if rich_text.is_link(href) else None
                case "link_close":
                    link = None
                case "html_inline":
                    if tag := _STRONG_TAG.fullmatch(token.content):
                        strong += -1 if tag[1] else 1
                    elif _BREAK_TAG.fullmatch(token.content):
                        yield Run(" ", strong > 0, link)
                case _:
                    pass  # emphasis and pictures
