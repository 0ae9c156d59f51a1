/** Where a link's address is typed: a small form in the editor itself, not a window over it. */

import { asLink } from "./commands.ts";
import type { EditorLabels } from "./labels.ts";

export interface LinkForm {
  readonly dom: HTMLElement;
  open(href: string | null): void;
}

export function linkForm(
  labels: EditorLabels,
  act: { set(href: string): void; remove(): void; close(): void },
): LinkForm {
  const form = document.createElement("form");
  form.className = "editor__link";
  form.hidden = true;
  form.noValidate = true;
  const id = `link-${crypto.getRandomValues(new Uint32Array(1))[0] ?? 0}`;
  const label = element("label", "govuk-label", labels.linkAddress);
  label.htmlFor = id;
  const hint = element("p", "govuk-hint", labels.linkHint);
  hint.id = `${id}-hint`;
  const wrong = element("p", "govuk-error-message", labels.linkWrong);
  wrong.id = `${id}-wrong`;
  wrong.hidden = true;
  const input = document.createElement("input");
  Object.assign(input, { id, type: "text", inputMode: "url", className: "govuk-input" });
  input.autocomplete = "off";
  const remove = press(labels.linkRemove, "govuk-button govuk-button--secondary");
  const cancel = press(labels.linkCancel, "govuk-button govuk-button--secondary");
  const set = press(labels.linkSet, "govuk-button");
  set.type = "submit";
  const row = element("div", "editor__link-buttons", "");
  row.append(set, remove, cancel);
  form.append(label, hint, wrong, input, row);

  const say = (isWrong: boolean): void => {
    wrong.hidden = !isWrong;
    input.setAttribute("aria-invalid", String(isWrong));
    input.setAttribute("aria-describedby", isWrong ? `${wrong.id} ${hint.id}` : hint.id);
  };
  const close = (): void => {
    form.hidden = true;
    act.close();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const href = asLink(input.value);
    say(href === null);
    if (href === null) return input.focus();
    act.set(href);
    close();
  });
  remove.addEventListener("click", () => {
    act.remove();
    close();
  });
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  return {
    dom: form,
    open(href) {
      input.value = href ?? "";
      remove.hidden = href === null;
      say(false);
      form.hidden = false;
      input.focus();
    },
  };
}

function element<Tag extends "label" | "p" | "div">(
  tag: Tag,
  className: string,
  text: string,
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function press(text: string, className: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
}
