/** The part of the page about people: names, the two questions, quiet, and who writes where. */

import type { Presence } from "../live/presence.ts";
import type { Announcer } from "./announcer.ts";
import type { OurStatement } from "./our-statement.ts";
import { showNames, showPeople, whoIsHere } from "./people_panel.ts";
import { telling } from "./words.ts";

interface Page {
  readonly cards: () => readonly OurStatement[];
  readonly go: (item: string) => void;
}

export class Together {
  private readonly quiet: HTMLInputElement | null;

  constructor(
    private readonly root: HTMLElement,
    private readonly presence: Presence,
    private readonly announcer: Announcer,
    private readonly naming: (item: string) => string | null,
    private readonly page: Page,
  ) {
    this.quiet = root.querySelector<HTMLInputElement>('input[data-do="quiet"]');
    if (this.quiet !== null) this.quiet.checked = announcer.isQuiet;
    this.quiet?.addEventListener("change", () => {
      announcer.isQuiet = this.quiet?.checked ?? false;
    });
    announcer.onHistory = () => this.showHistory();
  }

  /** Show who is here and who types where. */
  show(): void {
    const people = this.presence.people();
    const names = this.root.querySelector<HTMLElement>("[data-people]");
    if (names !== null) showNames(names, people);
    for (const card of this.page.cards()) {
      card.setWriters(
        people
          .filter(({ isMe, typing, writing }) => !isMe && typing && writing?.item === card.item)
          .map(({ name }) => name),
      );
    }
    const list = this.root.querySelector<HTMLElement>('[data-list="who"]');
    if (list !== null && this.isOpen("who")) {
      showPeople(list, people, this.naming, this.page.go);
    }
  }

  /** Answer one of the two questions; false for another button. */
  press(action: string, button: HTMLElement): boolean {
    if (action !== "who" && action !== "what") return false;
    const open = !this.isOpen(action);
    const panel = this.panel(action);
    if (panel !== null) panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) return true;
    if (action === "who") {
      this.show();
      this.announcer.say(whoIsHere(this.presence.people(), this.naming).join(" "));
    } else {
      const recent = this.announcer.recent();
      this.showHistory();
      const sentences = recent.map(({ sentence }) => sentence);
      this.announcer.say(sentences.slice(0, 5).join(" ") || telling.nothing);
    }
    return true;
  }

  private showHistory(): void {
    const list = this.root.querySelector('[data-list="what"]');
    if (list === null || !this.isOpen("what")) return;
    const entries = [...this.announcer.history].reverse().map(({ at, sentence }) => {
      const entry = document.createElement("li");
      const time = document.createElement("time");
      time.dateTime = at.toISOString();
      time.textContent = at.toLocaleTimeString(document.documentElement.lang || [], {
        hour: "2-digit",
        minute: "2-digit",
      });
      entry.append(time, " ", sentence);
      return entry;
    });
    if (entries.length === 0) {
      const entry = document.createElement("li");
      entry.textContent = telling.nothing;
      entries.push(entry);
    }
    list.replaceChildren(...entries);
  }

  private isOpen(name: string): boolean {
    return this.panel(name)?.hidden === false;
  }

  private panel(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-panel="${name}"]`);
  }
}
