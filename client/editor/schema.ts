/**
 * What can be written: paragraphs and bullet lists, strong words and links. Everything pasted is
 * brought to this. Names and nesting are those of the CRDT document (`live/fragment.ts`).
 */

import { type MarkSpec, type NodeSpec, Schema } from "prosemirror-model";
import { isLink } from "../wire/link.ts";

// A list may be empty and an item may have several paragraphs, though we never make such: two
// people's changes together can, and y-prosemirror deletes with all its words what does not fit.
const nodes = {
  doc: { content: "block+" },
  paragraph: {
    group: "block",
    content: "text*",
    parseDOM: [{ tag: "p" }],
    toDOM: () => ["p", 0],
  },
  bullet_list: {
    group: "block",
    content: "list_item*",
    parseDOM: [{ tag: "ul" }, { tag: "ol" }],
    toDOM: () => ["ul", 0],
  },
  list_item: {
    content: "paragraph+",
    parseDOM: [{ tag: "li" }],
    toDOM: () => ["li", 0],
    defining: true,
  },
  text: {},
} as const satisfies Record<string, NodeSpec>;

const marks = {
  link: {
    attrs: { href: {} },
    inclusive: false,
    parseDOM: [
      {
        tag: "a[href]",
        getAttrs: (element: HTMLElement) => {
          const href = element.getAttribute("href");
          return isLink(href) ? { href } : false;
        },
      },
    ],
    toDOM: (mark) => {
      const href: unknown = mark.attrs["href"];
      // Another program may have put in anything: an address we do not know leads nowhere.
      return ["a", isLink(href) ? { href, rel: "nofollow noopener" } : {}, 0];
    },
  },
  strong: {
    parseDOM: [
      { tag: "strong" },
      // Word processors wrap whole texts in a <b> that is not bold.
      {
        tag: "b",
        getAttrs: (element: HTMLElement) => element.style.fontWeight !== "normal" && null,
      },
      {
        style: "font-weight",
        getAttrs: (value) => /^(?:bold(?:er)?|[6-9]\d\d)$/.test(value) && null,
      },
    ],
    toDOM: () => ["strong", 0],
  },
} as const satisfies Record<string, MarkSpec>;

export const schema = new Schema({ nodes, marks });
