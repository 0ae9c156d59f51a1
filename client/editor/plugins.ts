/** Rules of an editor that hold whatever key or paste made a change. */

import type { Node } from "prosemirror-model";
import { Plugin, type Transaction } from "prosemirror-state";
import { ySyncPluginKey } from "y-prosemirror";
import { schema } from "./schema.ts";

/** Whether a transaction brings in what others wrote (or undoing did), not what was done here. */
export function isFromDocument(transaction: Transaction): boolean {
  const meta: unknown = transaction.getMeta(ySyncPluginKey);
  return typeof meta === "object" && meta !== null && "isChangeOrigin" in meta;
}

/** How many characters (code points) of text a document has. */
export function lengthOf(doc: Node): number {
  let length = 0;
  doc.descendants((node) => {
    if (node.text !== undefined) length += [...node.text].length;
  });
  return length;
}

/** Refuses to make the words longer than they may be; readers would not see the rest. */
export function limited(limit: number, onFull: () => void): Plugin {
  return new Plugin({
    filterTransaction: (transaction, state) => {
      if (!transaction.docChanged || isFromDocument(transaction)) return true;
      const length = lengthOf(transaction.doc);
      if (length <= limit || length <= lengthOf(state.doc)) return true;
      onFull();
      return false;
    },
  });
}

/** A list that was emptied here goes. One that others emptied stays: they may be adding to it. */
export const emptyListsGo = new Plugin({
  appendTransaction: (transactions, _before, state) => {
    if (!transactions.some((one) => one.docChanged) || transactions.some(isFromDocument)) {
      return null;
    }
    const { tr } = state;
    state.doc.descendants((node, position) => {
      if (node.type === schema.nodes.bullet_list && node.childCount === 0) {
        tr.delete(tr.mapping.map(position), tr.mapping.map(position + node.nodeSize));
      }
    });
    return tr.docChanged ? tr : null;
  },
});

/** Calls back for every change that was made here. */
export function watched(onWrite: () => void): Plugin {
  return new Plugin({
    state: {
      init: () => null,
      apply: (transaction) => {
        if (transaction.docChanged && !isFromDocument(transaction)) onWrite();
        return null;
      },
    },
  });
}
