/** The question on a card with which of its sentences a new statement begins. */

const BOX = '[data-box="split"]';
const LIST = '[data-list="split"]';

/** What is said on a choice, and in which language. */
export interface Label {
  readonly text: string;
  readonly language: string;
}

/** Ask it, with one of the sentences chosen, and go there. */
export function ask(card: HTMLElement, sentences: readonly Label[], chosen: number): void {
  const name = `split-${card.dataset["item"] ?? ""}`;
  const choices = sentences.map((said, index) => radio(name, index, said));
  card.querySelector(LIST)?.replaceChildren(...choices.map(({ item }) => item));
  show(card, true);
  const input = choices[chosen]?.input;
  if (input === undefined) return;
  input.checked = true;
  input.focus();
}

export function stopAsking(card: HTMLElement): void {
  show(card, false);
}

export function isAsked(card: HTMLElement): boolean {
  return card.querySelector<HTMLElement>(BOX)?.hidden === false;
}

/** The place of the chosen sentence among those that were asked about; null while none is. */
export function answer(card: HTMLElement): number | null {
  const chosen = card.querySelector<HTMLInputElement>(`${LIST} input:checked`);
  return chosen === null ? null : Number(chosen.value);
}

function show(card: HTMLElement, shown: boolean): void {
  const box = card.querySelector<HTMLElement>(BOX);
  if (box !== null) box.hidden = !shown;
}

/** A choice as GOV.UK's radios are built. */
function radio(
  name: string,
  index: number,
  { text, language }: Label,
): { readonly item: HTMLElement; readonly input: HTMLInputElement } {
  const item = document.createElement("div");
  item.className = "govuk-radios__item";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", className: "govuk-radios__input", name });
  input.id = `${name}-${index}`;
  input.value = String(index);
  const label = document.createElement("label");
  label.className = "govuk-label govuk-radios__label";
  label.htmlFor = input.id;
  label.lang = language;
  label.textContent = text;
  item.append(input, label);
  return { item, input };
}
