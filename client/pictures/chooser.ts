/** The picture chooser: type a word, see pictures with their names, press one. */

import { type Picture, search } from "./search.ts";

export interface ChooserWords {
  readonly title: (item: string) => string;
  readonly search: string;
  readonly hint: string;
  readonly none: string;
  readonly close: string;
  readonly found: (count: number) => string;
  readonly nothing: string;
  readonly loading: string;
  readonly failed: string;
}

/** A picture's id, null for no picture, undefined when the person changed their mind. */
export type Choice = string | null | undefined;

/** How long typing rests before the number of pictures is said: not after every letter. */
const SAY_AFTER_MS = 150;

let catalogue: Promise<Picture[]> | null = null;

/** Where the pictures' names come from; asked once a page, and again after it failed. */
async function load(address: string): Promise<Picture[]> {
  catalogue ??= fetch(address).then(async (response) => {
    if (!response.ok) throw new Error(`the catalogue answered ${response.status}`);
    return (await response.json()) as Picture[];
  });
  try {
    return await catalogue;
  } catch (error) {
    catalogue = null;
    throw error;
  }
}

/** Opens the chooser over the page and gives what was chosen. */
export async function choosePicture(
  words: ChooserWords,
  item: string,
  address = "/static/pictures/catalogue.json",
): Promise<Choice> {
  const chooser = new Chooser(words, item);
  document.body.append(chooser.dialog);
  chooser.dialog.showModal();
  void chooser.load(address);
  return chooser.choice;
}

class Chooser {
  readonly dialog = document.createElement("dialog");
  readonly choice: Promise<Choice>;
  private pictures: Picture[] | null = null;
  private chosen: Choice;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly input = document.createElement("input");
  private readonly said = document.createElement("p");
  private readonly list = document.createElement("ul");

  constructor(
    private readonly words: ChooserWords,
    item: string,
  ) {
    const { dialog, input, said, list } = this;
    dialog.className = "chooser";
    dialog.setAttribute("aria-labelledby", "chooser-title");
    const title = text("h2", words.title(item), "govuk-heading-m");
    title.id = "chooser-title";
    const label = text("label", words.search, "govuk-label");
    const hint = text("p", words.hint, "govuk-hint");
    Object.assign(label, { htmlFor: "chooser-word" });
    hint.id = "chooser-hint";
    Object.assign(input, { id: "chooser-word", type: "search", className: "govuk-input" });
    input.setAttribute("aria-describedby", "chooser-hint");
    input.autocomplete = "off";
    said.setAttribute("role", "status");
    list.className = "chooser__pictures";
    const none = press(words.none, "govuk-button govuk-button--secondary");
    const close = press(words.close, "govuk-button govuk-button--secondary");
    const row = document.createElement("div");
    row.className = "chooser__buttons";
    row.append(none, close);
    dialog.append(title, label, hint, input, said, list, row);

    input.addEventListener("input", () => this.show());
    none.addEventListener("click", () => this.choose(null));
    close.addEventListener("click", () => dialog.close());
    this.choice = new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        clearTimeout(this.timer);
        dialog.remove();
        resolve(this.chosen);
      });
    });
  }

  async load(address: string): Promise<void> {
    this.said.textContent = this.words.loading;
    try {
      this.pictures = await load(address);
      this.said.textContent = "";
      this.show();
    } catch (error) {
      console.error(error);
      this.said.textContent = this.words.failed;
    }
  }

  /**
   * The list follows each letter at once. Were it replaced a moment later, a person who had gone on
   * to a picture by then would lose it from under their finger.
   */
  private show(): void {
    clearTimeout(this.timer);
    if (this.pictures === null) return;
    const found = search(this.pictures, this.input.value);
    this.list.replaceChildren(...found.map((picture) => this.entry(picture)));
    const { nothing, found: some } = this.words;
    const none = this.input.value.trim() === "" ? "" : nothing;
    const said = found.length === 0 ? none : some(found.length);
    this.timer = setTimeout(() => {
      this.said.textContent = said;
    }, SAY_AFTER_MS);
  }

  private entry({ id, names }: Picture): HTMLLIElement {
    const entry = document.createElement("li");
    const button = press("", "chooser__picture");
    const image = document.createElement("img");
    Object.assign(image, { src: `/pictures/${id}.svg`, alt: "", width: 72, height: 72 });
    image.loading = "lazy";
    button.append(image, text("span", names[0] ?? id, ""));
    button.addEventListener("click", () => this.choose(id));
    entry.append(button);
    return entry;
  }

  private choose(choice: string | null): void {
    this.chosen = choice;
    this.dialog.close();
  }
}

function text(tag: string, content: string, className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}

function press(label: string, className: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = label;
  return button;
}
