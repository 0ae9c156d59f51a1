/** The row of buttons over an editor: each has an icon and words. */

import type { Command, EditorState } from "prosemirror-state";
import { type IconName, icon } from "./icons.ts";

export interface Tool {
  readonly icon: IconName;
  readonly label: string;
  readonly run: () => void;
  /** Whether it is on, for what can be on or off. */
  readonly isOn?: (state: EditorState) => boolean;
  readonly isPossible?: (state: EditorState) => boolean;
}

export class Toolbar {
  readonly dom = document.createElement("div");
  private readonly buttons: readonly (readonly [Tool, HTMLButtonElement])[];

  constructor(label: string, tools: readonly Tool[]) {
    this.dom.className = "editor__tools";
    this.dom.setAttribute("role", "group");
    this.dom.setAttribute("aria-label", label);
    this.buttons = tools.map((tool) => [tool, button(tool)] as const);
    this.dom.append(...this.buttons.map(([, element]) => element));
  }

  /** Show what is on and possible at the cursor. */
  update(state: EditorState): void {
    for (const [tool, element] of this.buttons) {
      if (tool.isOn !== undefined) element.setAttribute("aria-pressed", String(tool.isOn(state)));
      // Not `disabled`: a button must not lose the focus because of having been pressed.
      const possible = tool.isPossible?.(state) ?? true;
      element.setAttribute("aria-disabled", String(!possible));
    }
  }
}

/** A button with an icon and words. Pressing it leaves the cursor in the words. */
export function button({ icon: name, label, run }: Tool): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "editor__tool";
  element.append(icon(name), label);
  element.addEventListener("pointerdown", (event) => event.preventDefault());
  element.addEventListener("click", () => {
    if (element.getAttribute("aria-disabled") !== "true") run();
  });
  return element;
}

/** Whether a command could do something now. */
export function can(command: Command): (state: EditorState) => boolean {
  return (state) => command(state);
}
