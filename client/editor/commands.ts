/** What keys and buttons do to the words in an editor: ProseMirror commands. */

import { toggleMark } from "prosemirror-commands";
import type { Mark, Node, ResolvedPos } from "prosemirror-model";
import { liftListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, type EditorState, Selection, TextSelection } from "prosemirror-state";
import { isLink } from "../wire/link.ts";
import { schema } from "./schema.ts";

const { bullet_list: bulletList, list_item: listItem } = schema.nodes;
const { strong, link } = schema.marks;

export const toggleStrong: Command = toggleMark(strong);
export const splitItem: Command = splitListItem(listItem);

/** How deep the list item around a place is; null outside lists. */
function itemDepth($at: ResolvedPos): number | null {
  for (let depth = $at.depth; depth > 0; depth -= 1) {
    if ($at.node(depth).type === listItem) return depth;
  }
  return null;
}

export function isInList(state: EditorState): boolean {
  return itemDepth(state.selection.$from) !== null;
}

export function isStrong(state: EditorState): boolean {
  const { from, to, empty, $from } = state.selection;
  if (empty) return strong.isInSet(state.storedMarks ?? $from.marks()) !== undefined;
  return state.doc.rangeHasMark(from, to, strong);
}

/** Bullets on, or off again. */
export const toggleBullets: Command = (state, dispatch, view) =>
  isInList(state)
    ? liftListItem(listItem)(state, dispatch, view)
    : wrapInList(bulletList)(state, dispatch, view);

/**
 * Backspace at the start of a line: the first item of a list leaves the list, every other line
 * joins the one before. (ProseMirror's own would wrap and unwrap a paragraph after a list for ever,
 * because our list items hold one paragraph.)
 */
export const joinBefore: Command = (state, dispatch, view) => {
  const { selection, doc } = state;
  if (!(selection instanceof TextSelection) || selection.$cursor === null) return false;
  const $cursor = selection.$cursor;
  if ($cursor.parentOffset > 0) return false;
  const depth = itemDepth($cursor);
  if (depth !== null && $cursor.index(depth) === 0 && $cursor.index(depth - 1) === 0) {
    return liftListItem(listItem)(state, dispatch, view);
  }
  const before = Selection.findFrom(doc.resolve($cursor.before()), -1, true);
  if (before === null) return false;
  dispatch?.(state.tr.delete(before.to, $cursor.pos).scrollIntoView());
  return true;
};

/** Delete at the end of a line: the next line joins this one. */
export const joinAfter: Command = (state, dispatch) => {
  const { selection, doc } = state;
  if (!(selection instanceof TextSelection) || selection.$cursor === null) return false;
  const $cursor = selection.$cursor;
  if ($cursor.parentOffset < $cursor.parent.content.size) return false;
  const after = Selection.findFrom(doc.resolve($cursor.after()), 1, true);
  if (after === null) return false;
  dispatch?.(state.tr.delete($cursor.pos, after.from).scrollIntoView());
  return true;
};

/** The link at the cursor or selection: its address and where it stands. */
export function linkAt(state: EditorState): { href: string; from: number; to: number } | null {
  const { $from } = state.selection;
  const inside = (node: Node | null | undefined): Mark | undefined =>
    node === null || node === undefined ? undefined : link.isInSet(node.marks);
  const mark = inside($from.nodeAfter) ?? inside($from.nodeBefore);
  if (mark === undefined) return null;
  const start = $from.start();
  let from = $from.pos;
  let to = $from.pos;
  $from.parent.forEach((node, offset) => {
    if (!mark.isInSet(node.marks)) return;
    const [begin, end] = [start + offset, start + offset + node.nodeSize];
    if (begin <= to && end >= from) {
      from = Math.min(from, begin);
      to = Math.max(to, end);
    }
  });
  return { href: String(mark.attrs["href"]), from, to };
}

/** What somebody typed as an address, as one we keep; null when it can be none. */
export function asLink(typed: string): string | null {
  const text = typed.trim();
  if (isLink(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]*\.[^/]*:\d/.test(text)) return null;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return asLinkOrNull(`mailto:${text}`);
  return /^[^\s/]+\.[^\s/]+/.test(text) ? asLinkOrNull(`https://${text}`) : null;
}

function asLinkOrNull(href: string): string | null {
  return isLink(href) ? href : null;
}

/** Make the selection (or the link at the cursor) lead there; nothing selected: write the address. */
export function setLink(href: string): Command {
  return (state, dispatch) => {
    const { empty, from, to } = state.selection;
    const here = empty ? linkAt(state) : { from, to };
    const mark = link.create({ href });
    if (here !== null) {
      dispatch?.(state.tr.removeMark(here.from, here.to, link).addMark(here.from, here.to, mark));
    } else {
      const marks = mark.addToSet(state.selection.$from.marks());
      dispatch?.(state.tr.replaceSelectionWith(schema.text(href, marks), false));
    }
    return true;
  };
}

export const removeLink: Command = (state, dispatch) => {
  const { empty, from, to } = state.selection;
  const here = empty ? linkAt(state) : { from, to };
  if (here === null) return false;
  dispatch?.(state.tr.removeMark(here.from, here.to, link));
  return true;
};
