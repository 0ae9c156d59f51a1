/** Undo and redo of what one did oneself, outside editors: moves, leaving out, pictures, words. */

import * as Y from "yjs";
import { type CharterDocument, HERE } from "../live/document.ts";

// Taken from y-prosemirror's own undo: what others have written in is not taken away.
const PROTECTED: ReadonlySet<string> = new Set(["paragraph", "list_item", "bullet_list"]);

function mayGo(item: unknown): boolean {
  if (!(item instanceof Y.Item) || !(item.content instanceof Y.ContentType)) return true;
  const { type } = item.content;
  const holdsWords =
    type instanceof Y.Text || (type instanceof Y.XmlElement && PROTECTED.has(type.nodeName));
  return !holdsWords || type._length === 0;
}

export class Undoing {
  onChange: () => void = () => {};
  private readonly manager: Y.UndoManager;

  constructor(document: CharterDocument) {
    this.manager = new Y.UndoManager(document.items, {
      trackedOrigins: new Set<unknown>([HERE]),
      deleteFilter: mayGo,
    });
    for (const event of ["stack-item-added", "stack-item-popped", "stack-cleared"] as const) {
      this.manager.on(event, () => this.onChange());
    }
  }

  /** Also undo what is changed under this origin: an editor's. */
  track(origin: unknown): void {
    this.manager.addTrackedOrigin(origin);
  }

  /** What is done from here on is a step of its own. */
  newStep(): void {
    this.manager.stopCapturing();
  }

  get canUndo(): boolean {
    return this.manager.canUndo();
  }

  get canRedo(): boolean {
    return this.manager.canRedo();
  }

  /** Whether a change's origin is our own undoing. */
  isOrigin(origin: unknown): boolean {
    return origin === this.manager;
  }

  undo(): boolean {
    return this.manager.undo() !== null;
  }

  redo(): boolean {
    return this.manager.redo() !== null;
  }

  destroy(): void {
    this.manager.destroy();
  }
}
