/** What an editor says. The words themselves are in `drafting/words.ts`. */

export interface EditorLabels {
  readonly tools: string;
  readonly bold: string;
  readonly bullets: string;
  readonly link: string;
  readonly undo: string;
  readonly redo: string;
  readonly done: string;
  readonly full: string;
  readonly linkAddress: string;
  readonly linkHint: string;
  readonly linkSet: string;
  readonly linkRemove: string;
  readonly linkCancel: string;
  readonly linkWrong: string;
}
