/**
 * Taking the end of one part's words away and putting words at the end of another: what splitting
 * and joining statements are made of.
 *
 * What stays, stays the same items of the document. A CRDT cannot move the rest, so it is written
 * again with its marks. Only for fragments that an editor could show (`isKnown`).
 */

import * as Y from "yjs";

/**
 * Where words are cut: in which of the paragraphs of a fragment (those of lists, and empty ones,
 * too), and after how many UTF-16 units of it.
 */
export interface Cut {
  readonly paragraph: number;
  readonly offset: number;
}

interface Stretch {
  readonly insert: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** One paragraph, or one item of a list, with its marks as the document has them. */
export interface Piece {
  readonly bullet: boolean;
  readonly stretches: readonly Stretch[];
}

/** The text of each paragraph of a fragment, empty ones too. */
export function paragraphTexts(fragment: Y.XmlFragment): string[] {
  return paragraphsOf(fragment).map((paragraph) => textOf(stretchesOf(paragraph)));
}

/** All that a fragment says. */
export function piecesOf(fragment: Y.XmlFragment): Piece[] {
  return paragraphsOf(fragment).flatMap((paragraph) => {
    const stretches = stretchesOf(paragraph);
    return textOf(stretches).trim() === "" ? [] : [{ bullet: isBullet(paragraph), stretches }];
  });
}

/** What a fragment says and another one does not say yet, paragraph by paragraph. */
export function piecesMissing(fragment: Y.XmlFragment, from: Y.XmlFragment): Piece[] {
  const said = new Set(piecesOf(fragment).map((piece) => textOf(piece.stretches).trim()));
  return piecesOf(from).filter((piece) => !said.has(textOf(piece.stretches).trim()));
}

/** How long pieces are, in characters as people count them. */
export function lengthOf(pieces: readonly Piece[]): number {
  return [...pieces.map(({ stretches }) => textOf(stretches)).join("")].length;
}

/** What stands behind a cut; null where there are no words on one side of it. */
export function piecesBehind(fragment: Y.XmlFragment, { paragraph, offset }: Cut): Piece[] | null {
  const pieces = paragraphsOf(fragment).map((one, index) => {
    const stretches = stretchesOf(one);
    const from = index === paragraph ? offset : index < paragraph ? Number.POSITIVE_INFINITY : 0;
    return { one, before: cut(stretches, 0, from), behind: trimmed(cut(stretches, from)) };
  });
  const rest = pieces
    .filter(({ behind }) => textOf(behind).trim() !== "")
    .map(({ one, behind }) => ({ bullet: isBullet(one), stretches: behind }));
  const stays = pieces.some(({ before }) => textOf(before).trim() !== "");
  return stays && rest.length > 0 ? rest : null;
}

/** Take away what stands behind a cut, and the white space before it. */
export function removeBehind(fragment: Y.XmlFragment, { paragraph, offset }: Cut): void {
  for (const [index, one] of [...paragraphsOf(fragment).entries()].reverse()) {
    if (index < paragraph) break;
    const before = textOf(stretchesOf(one)).slice(0, index === paragraph ? offset : 0);
    const stays = before.trimEnd().length;
    if (stays === 0) remove(one);
    else removeText(one, stays);
  }
}

/** Put words at the end of a fragment; an empty paragraph that stands there is written in. */
export function append(fragment: Y.XmlFragment, pieces: readonly Piece[]): void {
  for (const { bullet, stretches } of pieces) {
    const last = fragment.length > 0 ? fragment.get(fragment.length - 1) : null;
    const empty = last instanceof Y.XmlElement && isEmptyParagraph(last) ? last : null;
    if (!bullet) {
      write(empty ?? push(fragment, new Y.XmlElement("paragraph")), stretches);
      continue;
    }
    if (empty !== null) fragment.delete(fragment.length - 1, 1);
    const before = fragment.length > 0 ? fragment.get(fragment.length - 1) : null;
    const isList = before instanceof Y.XmlElement && before.nodeName === "bullet_list";
    const list = isList ? before : push(fragment, new Y.XmlElement("bullet_list"));
    const item = push(list, new Y.XmlElement("list_item"));
    write(push(item, new Y.XmlElement("paragraph")), stretches);
  }
}

function push(parent: Y.XmlFragment, element: Y.XmlElement): Y.XmlElement {
  parent.push([element]);
  return element;
}

function write(paragraph: Y.XmlElement, stretches: readonly Stretch[]): void {
  const first = paragraph.length > 0 ? paragraph.get(0) : null;
  const text = first instanceof Y.XmlText ? first : new Y.XmlText();
  if (first !== text) paragraph.insert(0, [text]);
  text.applyDelta(stretches.map((stretch) => ({ ...stretch })));
}

function paragraphsOf(node: Y.XmlFragment): Y.XmlElement[] {
  return node.toArray().flatMap((child) => {
    if (!(child instanceof Y.XmlElement)) return [];
    return child.nodeName === "paragraph" ? [child] : paragraphsOf(child);
  });
}

function isBullet(paragraph: Y.XmlElement): boolean {
  return paragraph.parent instanceof Y.XmlElement;
}

function isEmptyParagraph(element: Y.XmlElement): boolean {
  return element.nodeName === "paragraph" && textOf(stretchesOf(element)) === "";
}

function textsOf(paragraph: Y.XmlElement): Y.XmlText[] {
  return paragraph.toArray().filter((child) => child instanceof Y.XmlText);
}

function stretchesOf(paragraph: Y.XmlElement): Stretch[] {
  return textsOf(paragraph).flatMap((text) => text.toDelta() as Stretch[]);
}

function textOf(stretches: readonly Stretch[]): string {
  return stretches.map(({ insert }) => insert).join("");
}

/** The stretches from one place to another. */
function cut(
  stretches: readonly Stretch[],
  from: number,
  to = Number.POSITIVE_INFINITY,
): Stretch[] {
  let at = 0;
  return stretches.flatMap((stretch) => {
    const start = Math.max(from - at, 0);
    const insert = stretch.insert.slice(start, Math.max(to - at, start));
    at += stretch.insert.length;
    return insert === "" ? [] : [{ ...stretch, insert }];
  });
}

function trimmed(stretches: readonly Stretch[]): Stretch[] {
  const text = textOf(stretches);
  return cut(stretches, text.length - text.trimStart().length);
}

function removeText(paragraph: Y.XmlElement, from: number): void {
  let at = 0;
  for (const text of textsOf(paragraph)) {
    const { length } = textOf(text.toDelta() as Stretch[]);
    const start = Math.max(from - at, 0);
    if (start < length) text.delete(start, length - start);
    at += length;
  }
}

/** Take a paragraph away, with the list that is empty then. */
function remove(element: Y.XmlElement): void {
  const { parent } = element;
  if (!(parent instanceof Y.XmlFragment)) return;
  parent.delete(parent.toArray().indexOf(element), 1);
  if (parent instanceof Y.XmlElement && parent.length === 0) remove(parent);
}
