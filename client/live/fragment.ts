/**
 * One part of an item (its words, what it means, why) between Yjs and values.
 *
 * A fragment holds what y-prosemirror writes: elements `paragraph` and `bullet_list` >
 * `list_item` > `paragraph`, texts in paragraphs, and the marks `strong` ({}) and `link` ({href})
 * as formatting. Reading is total: what we do not know is left out, as the server does.
 */

import * as Y from "yjs";
import { isLink } from "../wire/link.ts";
import { type Block, cut, type Paragraph, type RichText, type Run, tidy } from "./rich_text.ts";

// y-prosemirror adds such a hash to the name of a mark that may stand twice on one text.
const HASHED = /^(.+)--[A-Za-z0-9+/=]{8}$/;
const DEEPEST = 20;
const MOST_NODES = 20_000;

type Marks = Readonly<Record<string, unknown>>;

/** The rich text of a fragment in tidy form, at most `limit` characters of it. */
export function readFragment(fragment: Y.XmlFragment, limit: number): RichText {
  return cut(tidy(new Reader(limit).blocks(fragment)), limit);
}

/** Whether an editor can show all of a fragment; y-prosemirror deletes what its schema lacks. */
export function isKnown(fragment: Y.XmlFragment): boolean {
  return fragment.toArray().every((node) => {
    const tag = tagOf(node);
    if (tag === "paragraph") return isKnownParagraph(node as Y.XmlElement);
    return tag === "bullet_list" && (node as Y.XmlElement).toArray().every(isKnownListItem);
  });
}

function isKnownListItem(node: unknown): boolean {
  return (
    tagOf(node) === "list_item" &&
    (node as Y.XmlElement)
      .toArray()
      .every((child) => tagOf(child) === "paragraph" && isKnownParagraph(child as Y.XmlElement))
  );
}

function isKnownParagraph(paragraph: Y.XmlElement): boolean {
  return paragraph
    .toArray()
    .every(
      (child) =>
        child instanceof Y.XmlText &&
        delta(child).every(
          ({ insert, attributes }) =>
            typeof insert === "string" &&
            Object.keys(attributes ?? {}).every((name) =>
              ["strong", "link"].includes(markName(name)),
            ),
        ),
    );
}

/**
 * A fragment with one empty paragraph, so that two people who start to write in it at once write
 * into one text.
 */
export function emptyFragment(): Y.XmlFragment {
  const fragment = new Y.XmlFragment();
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [new Y.XmlText()]);
  fragment.insert(0, [paragraph]);
  return fragment;
}

function tagOf(node: unknown): string | null {
  return node instanceof Y.XmlElement ? node.nodeName : null;
}

function markName(attribute: string): string {
  return HASHED.exec(attribute)?.[1] ?? attribute;
}

function delta(text: Y.XmlText): { insert: unknown; attributes?: Marks }[] {
  return text.toDelta() as { insert: unknown; attributes?: Marks }[];
}

/** Reads only as far as the limits of nodes, text and depth. */
class Reader {
  private nodesLeft = MOST_NODES;
  private textLeft: number;

  constructor(limit: number) {
    // Well over what may stay: white space may yet go.
    this.textLeft = 4 * limit + 1000;
  }

  *blocks(fragment: Y.XmlFragment): Generator<Block> {
    for (const node of this.children(fragment)) {
      const tag = tagOf(node);
      if (tag === "paragraph") yield { paragraph: this.paragraph(node as Y.XmlElement) };
      else if (tag === "bullet_list" || tag === "list_item")
        yield { bullets: [...this.listItems(node as Y.XmlElement, 1)] };
    }
  }

  /** A list's paragraphs; lists within lists, however deep, become one. */
  private *listItems(list: Y.XmlElement, depth: number): Generator<Paragraph> {
    if (depth > DEEPEST) return;
    for (const node of this.children(list)) {
      const tag = tagOf(node);
      if (tag === "paragraph") yield this.paragraph(node as Y.XmlElement);
      else if (tag === "bullet_list" || tag === "list_item")
        yield* this.listItems(node as Y.XmlElement, depth + 1);
    }
  }

  private paragraph(element: Y.XmlElement): Paragraph {
    const runs: Run[] = [];
    for (const child of this.children(element)) {
      if (child instanceof Y.XmlText) runs.push(...this.runs(child));
    }
    return runs;
  }

  private *children(node: Y.XmlFragment): Generator<unknown> {
    for (const child of node.toArray()) {
      this.nodesLeft -= 1;
      if (this.nodesLeft < 0 || this.textLeft <= 0) return;
      yield child;
    }
  }

  private *runs(text: Y.XmlText): Generator<Run> {
    for (const { insert, attributes } of delta(text)) {
      if (typeof insert !== "string") continue;
      this.textLeft -= insert.length;
      yield { text: insert, ...marks(attributes ?? {}) };
    }
  }
}

function marks(attributes: Marks): { strong?: true; link?: string } {
  let strong = false;
  let link: string | undefined;
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name];
    if (markName(name) === "strong") {
      strong = value !== null && value !== false;
    } else if (markName(name) === "link") {
      const href: unknown = (value as { href?: unknown } | null)?.href;
      if (link === undefined && isLink(href)) link = href;
    }
  }
  return { ...(strong && { strong: true }), ...(link !== undefined && { link }) };
}
