import type { EditorLabels } from "../../../client/editor/labels.ts";

export const labels: EditorLabels = {
  tools: "Tools",
  bold: "Bold",
  bullets: "Bullets",
  link: "Link",
  undo: "Undo",
  redo: "Redo",
  done: "Done",
  full: "There is no room for more.",
  linkAddress: "Address",
  linkHint: "Hint",
  linkSet: "Add the link",
  linkRemove: "Take the link off",
  linkCancel: "Cancel",
  linkWrong: "We do not know this address.",
};
