/**
 * The editor of one part of one item: a small ProseMirror bound to the shared text, mounted when
 * somebody wants to write and taken away when they have done.
 */

import { baseKeymap } from "prosemirror-commands";
import { inputRules, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { ResolvedPos } from "prosemirror-model";
import { type Command, EditorState, type Plugin, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import {
  redo,
  redoCommand,
  undo,
  undoCommand,
  yCursorPlugin,
  ySyncPlugin,
  ySyncPluginKey,
  yUndoPlugin,
  yUndoPluginKey,
} from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { caret, selection } from "./carets.ts";
import {
  isInList,
  isStrong,
  joinAfter,
  joinBefore,
  linkAt,
  removeLink,
  setLink,
  splitItem,
  toggleBullets,
  toggleStrong,
} from "./commands.ts";
import type { EditorLabels } from "./labels.ts";
import { type LinkForm, linkForm } from "./link_form.ts";
import { emptyListsGo, limited, watched } from "./plugins.ts";
import { afterPress, pointerIsDown } from "./pointer.ts";
import { schema } from "./schema.ts";
import { button, can, type Tool, Toolbar } from "./toolbar.ts";

/** The origin of every change an editor makes, in the document's transactions. */
export const ORIGIN: unknown = ySyncPluginKey;

interface UndoPluginState {
  readonly undoManager: Y.UndoManager;
}

/** How an editor was left: by its button or Esc (the card gets the focus), or by going elsewhere. */
export type Leaving = "done" | "left";

/** In which paragraph (those of lists, and empty ones, count too), after how many UTF-16 units. */
export interface Caret {
  readonly paragraph: number;
  readonly offset: number;
}

export interface EditorOptions {
  readonly fragment: Y.XmlFragment;
  readonly awareness: Awareness;
  /** What a screen reader calls it: "Words of statement 4". */
  readonly name: string;
  readonly labels: EditorLabels;
  readonly language: string;
  /** A heading is one line of plain words. */
  readonly oneLine: boolean;
  /** The most characters it may hold. */
  readonly limit: number;
  readonly onWrite: () => void;
  readonly onLeave: (how: Leaving) => void;
}

export class PartEditor {
  readonly dom = document.createElement("div");
  readonly view: EditorView;
  private readonly links: LinkForm;
  private readonly full = document.createElement("p");
  private leaving = false;

  constructor(private readonly options: EditorOptions) {
    const { labels, name } = options;
    this.dom.className = "editor";
    this.full.className = "editor__full";
    this.full.setAttribute("role", "alert");
    this.links = linkForm(labels, {
      set: (href) => this.run(setLink(href)),
      remove: () => this.run(removeLink),
      close: () => this.view.focus(),
    });
    const toolbar = new Toolbar(labels.tools, this.tools());
    const words = document.createElement("div");
    this.view = new EditorView(
      { mount: words },
      {
        state: EditorState.create({ schema, plugins: this.plugins() }),
        attributes: {
          class: "editor__words",
          role: "textbox",
          "aria-multiline": String(!options.oneLine),
          "aria-label": name,
          lang: options.language,
          spellcheck: "true",
        },
        // Called for the first time before `this.view` is there; and by y-prosemirror's timer for
        // others' carets even when the editor has gone, where throwing would stop all editors.
        dispatchTransaction(this: EditorView, transaction) {
          if (this.isDestroyed) return;
          this.updateState(this.state.apply(transaction));
          toolbar.update(this.state);
        },
      },
    );
    const done = button({ icon: "done", label: labels.done, run: () => this.leave("done") });
    done.className = "govuk-button editor__done";
    this.dom.append(toolbar.dom, this.links.dom, words, this.full, done);
    toolbar.update(this.view.state);
    // What can be undone changes after the words have.
    const { undoManager } = yUndoPluginKey.getState(this.view.state) as UndoPluginState;
    const showUndo = (): void => toolbar.update(this.view.state);
    undoManager.on("stack-item-added", showUndo);
    undoManager.on("stack-item-popped", showUndo);
    this.dom.addEventListener("focusout", () => this.leaveSoon());
    this.dom.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        this.leave("done");
      }
    });
  }

  /** Put the cursor at the end of the words. */
  focus(): void {
    this.view.focus();
    // The button stands below the words, perhaps a screen away: all of the editor, at least the caret.
    this.dom.scrollIntoView({ block: "nearest" });
    const { tr, doc } = this.view.state;
    this.view.dispatch(tr.setSelection(Selection.atEnd(doc)).scrollIntoView());
  }

  /** Where the cursor is. */
  caret(): Caret {
    const $head = this.shownHead() ?? this.view.state.selection.$head;
    let paragraph = 0;
    this.view.state.doc.nodesBetween(0, $head.start(), (node, position) => {
      if (node.isTextblock && position + node.nodeSize <= $head.pos) paragraph += 1;
      return !node.isTextblock;
    });
    return { paragraph, offset: $head.parentOffset };
  }

  /** Where the browser shows the cursor: ProseMirror hears of an arrow key only a moment later. */
  private shownHead(): ResolvedPos | null {
    const { view } = this;
    const shown = document.getSelection();
    const node = shown?.focusNode ?? null;
    if (shown === null || node === null || !view.dom.contains(node)) return null;
    const $head = view.state.doc.resolve(view.posAtDOM(node, shown.focusOffset));
    return $head.parent.isTextblock ? $head : null;
  }

  rename(name: string): void {
    this.view.dom.setAttribute("aria-label", name);
  }

  destroy(): void {
    this.leaving = true;
    this.view.destroy();
    this.dom.remove();
  }

  private leave(how: Leaving): void {
    if (this.leaving) return;
    this.leaving = true;
    this.options.onLeave(how);
  }

  /** Not while a finger is down: what it is about to press would move away from under it. */
  private leaveSoon(): void {
    setTimeout(() => {
      if (!pointerIsDown()) this.leaveIfElsewhere();
      else afterPress(() => this.leaveIfElsewhere());
    });
  }

  private leaveIfElsewhere(): void {
    // Another window or tab is not another place on the page: the editor waits.
    if (!document.hasFocus() || this.dom.contains(document.activeElement)) return;
    this.leave("left");
  }

  private run(command: Command): void {
    command(this.view.state, this.view.dispatch, this.view);
    this.view.focus();
  }

  private tools(): Tool[] {
    const { labels } = this.options;
    const history: Tool[] = [
      { icon: "undo", label: labels.undo, run: () => this.undo(), isPossible: can(undoCommand) },
      { icon: "redo", label: labels.redo, run: () => this.redo(), isPossible: can(redoCommand) },
    ];
    if (this.options.oneLine) return history;
    return [
      { icon: "bold", label: labels.bold, run: () => this.run(toggleStrong), isOn: isStrong },
      {
        icon: "bullets",
        label: labels.bullets,
        run: () => this.run(toggleBullets),
        isOn: isInList,
      },
      { icon: "link", label: labels.link, run: () => this.openLink() },
      ...history,
    ];
  }

  private undo(): void {
    undo(this.view.state);
    this.view.focus();
  }

  private redo(): void {
    redo(this.view.state);
    this.view.focus();
  }

  private openLink(): boolean {
    this.links.open(linkAt(this.view.state)?.href ?? null);
    return true;
  }

  private plugins(): Plugin[] {
    const { fragment, awareness, oneLine, limit, onWrite } = this.options;
    const rich: Record<string, Command> = oneLine
      ? { Enter: () => this.finish(), "Shift-Enter": () => this.finish() }
      : {
          "Mod-b": toggleStrong,
          "Mod-k": () => this.openLink(),
          Enter: splitItem,
          "Shift-Enter": (state, dispatch, view) =>
            splitItem(state, dispatch, view) ||
            (baseKeymap["Enter"]?.(state, dispatch, view) ?? false),
        };
    const bullets = wrappingInputRule(/^\s*[-*•]\s$/, schema.nodes.bullet_list);
    return [
      ySyncPlugin(fragment) as Plugin,
      yCursorPlugin(awareness, { cursorBuilder: caret, selectionBuilder: selection }) as Plugin,
      yUndoPlugin(),
      ...(oneLine ? [] : [inputRules({ rules: [bullets] })]),
      keymap({ "Mod-z": undoCommand, "Mod-y": redoCommand, "Mod-Shift-z": redoCommand }),
      keymap({ ...rich, Backspace: joinBefore, Delete: joinAfter }),
      keymap(baseKeymap),
      limited(limit, () => this.sayFull()),
      emptyListsGo,
      watched(() => {
        this.full.textContent = "";
        onWrite();
      }),
    ];
  }

  private finish(): boolean {
    this.leave("done");
    return true;
  }

  private sayFull(): void {
    this.full.textContent = this.options.labels.full;
  }
}
