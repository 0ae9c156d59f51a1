/** Who is here: their names on the page, and a panel that says where they are writing. */

import type { Person } from "../live/presence.ts";
import { people as words } from "./words.ts";

const MOST_NAMES = 8;

/** "Here now: Ann (you), Ben" in one line. */
export function showNames(place: HTMLElement, people: readonly Person[]): void {
  const names = people.slice(0, MOST_NAMES).map(nameOf);
  const rest = people.length - names.length;
  const text = `${words.here} ${names.join(", ")}${rest > 0 ? ` ${words.more(rest)}` : ""}`;
  if (place.textContent !== text) place.textContent = text;
}

/** What is read out when somebody asks who is here. */
export function whoIsHere(
  people: readonly Person[],
  naming: (item: string) => string | null,
): string[] {
  const others = people.filter(({ isMe }) => !isMe);
  if (others.length === 0) return [words.alone];
  return others.map((person) => whereabouts(person, naming));
}

/** The panel's list, with a button to go to where somebody writes. */
export function showPeople(
  list: HTMLElement,
  people: readonly Person[],
  naming: (item: string) => string | null,
  go: (item: string) => void,
): void {
  const entries = people.map((person) => {
    const entry = document.createElement("li");
    const face = faceOf(person);
    if (face !== null) entry.append(face);
    const line = document.createElement("span");
    line.textContent = person.isMe ? nameOf(person) : whereabouts(person, naming);
    entry.append(line);
    const { writing } = person;
    if (!person.isMe && writing !== null && naming(writing.item) !== null) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "govuk-button govuk-button--secondary";
      button.textContent = words.go(person.name);
      button.dataset["to"] = writing.item;
      button.addEventListener("click", () => go(writing.item));
      entry.append(button);
    }
    return entry;
  });
  showEntries(list, entries);
}

/** Somebody's picture; their name stands beside it, so it says nothing. */
function faceOf({ picture }: Person): HTMLImageElement | null {
  if (picture === null) return null;
  const face = document.createElement("img");
  Object.assign(face, { className: "face", src: picture, alt: "", width: 48, height: 48 });
  // They may have taken it away a moment ago.
  face.addEventListener("error", () => face.remove());
  return face;
}

function whereabouts(person: Person, naming: (item: string) => string | null): string {
  const item = person.writing === null ? null : naming(person.writing.item);
  return item === null ? words.isHere(person.name) : words.isWriting(person.name, item);
}

function nameOf({ name, isMe }: Person): string {
  return isMe ? words.me(name) : name;
}

/**
 * What is the same stays: others move all the time, and somebody may be pressing a button here. One
 * that is made anew under the focus keeps it.
 */
function showEntries(list: HTMLElement, entries: readonly HTMLElement[]): void {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const text = focused?.textContent;
  entries.forEach((entry, index) => {
    const shown = list.children[index];
    if (shown === undefined) list.append(entry);
    else if (!shown.isEqualNode(entry)) shown.replaceWith(entry);
  });
  while (list.children.length > entries.length) list.lastElementChild?.remove();
  if (focused === null || focused.isConnected) return;
  [...list.querySelectorAll("button")].find((button) => button.textContent === text)?.focus();
}
