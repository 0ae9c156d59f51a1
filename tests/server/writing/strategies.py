"""Hypothesis strategies: any valid rich text, item and Charter."""

from dataclasses import replace

from hypothesis import strategies as st

from server.writing import charter, position, rich_text
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import BulletList, Paragraph, RichText, Run

SAMPLES = [
    "I choose who I live with.",
    "Dw i'n dewis gyda phwy rwy'n byw: tŷ, gŵr, llên",
    "أختار مع من أعيش",
    "אני בוחר",
    "👩🏽‍🦽 and 🏠",
    "**not strong** _not_ `code`",
    "1. one",
    "12) twelve",
    "- dash",
    "+ plus",
    "* star",
    "# hash #",
    "> said",
    "a & b &amp; &#35; &copy",
    "<b>tag</b> <!-- meaning --> <https://x.org>",
    "[link](https://example.org) ![picture](x) [ref]: /x",
    "---",
    "===",
    "***",
    "___",
    "~~~",
    "```",
    "a\\b \\* \\",
    "snake_case_name _x_ __y__",
    "|a|b|",
    "    four",
    "What it means",
    "Why",
    "Statement 4",
    "(left out)",
    "My home (left out)",
    "don't “quote” … –",
    "e\u0301 \u00a0\u3000\u200d\ufeff",
    "title: x",
    "!",
    "&",
    "$5 ^ % @ : ; , . ? / = { } \" '",
]

texts = st.one_of(
    st.sampled_from(SAMPLES),
    st.text(alphabet="ab 1.)*_-+#[](){}<>!&;\\`~|=:\"'/\n", max_size=12),
    st.text(max_size=12),
    st.builds("".join, st.lists(st.sampled_from(SAMPLES), max_size=3)),
)
links = st.sampled_from(
    [
        None,
        None,
        "https://example.org/a_(b)*c*?q=1&copy=2#x",
        "http://bücher.example/ü%20x",
        "mailto:ann@example.org",
        "https://example.org/[x]`y`|z",
    ]
)
runs = st.builds(Run, texts, st.booleans(), links)
paragraphs = st.builds(Paragraph, st.lists(runs, max_size=4).map(tuple))
lists = st.builds(BulletList, st.lists(paragraphs, max_size=3).map(tuple))
rich_texts: st.SearchStrategy[RichText] = st.lists(
    st.one_of(paragraphs, paragraphs, lists), max_size=4
).map(rich_text.tidy)
names = st.from_regex("[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)
items = st.builds(
    Item,
    id=names,
    kind=st.sampled_from([Kind.STATEMENT, Kind.STATEMENT, Kind.HEADING]),
    position=st.just("a0"),
    words=rich_texts,
    meaning=rich_texts,
    picture=st.none() | names,
    why=rich_texts,
    left_out=st.booleans(),
    origins=st.lists(names, max_size=3, unique=True).map(tuple),
)


def _placed(value: Charter) -> Charter:
    places = position.spread(len(value.items))
    return charter.valid(
        replace(
            value,
            items=tuple(replace(i, position=p) for i, p in zip(value.items, places, strict=True)),
        )
    )


charters: st.SearchStrategy[Charter] = st.builds(
    Charter,
    title=texts,
    summary=texts,
    language=st.sampled_from(["en-GB", "cy", "ar"]),
    items=st.lists(items, max_size=6, unique_by=lambda item: item.id).map(tuple),
).map(_placed)
