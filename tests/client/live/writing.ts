/** Helpers to write into fragments as a plain Yjs client would. */

import * as Y from "yjs";
import type { CharterDocument, Part } from "../../../client/live/document.ts";

/** The first text of a part, where an editor would write. */
export function textOf(document: CharterDocument, id: string, part: Part = "words"): Y.XmlText {
  const paragraph = document.fragment(id, part)?.get(0);
  const text = paragraph instanceof Y.XmlElement ? paragraph.get(0) : null;
  if (!(text instanceof Y.XmlText)) throw new Error(`no text in ${id}.${part}`);
  return text;
}

/** Bring two documents up to date with one another. */
export function meet(one: CharterDocument, other: CharterDocument): void {
  Y.applyUpdate(one.doc, Y.encodeStateAsUpdate(other.doc, Y.encodeStateVector(one.doc)), "network");
  Y.applyUpdate(
    other.doc,
    Y.encodeStateAsUpdate(one.doc, Y.encodeStateVector(other.doc)),
    "network",
  );
}
