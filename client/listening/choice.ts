/** Choosing a voice: the voices of this device in a list, and a button to hear the chosen one. */

import { Voice, voices } from "./voice.ts";

export class VoiceChoice {
  private readonly select: HTMLSelectElement | null;

  constructor(
    private readonly box: HTMLElement,
    private readonly form: HTMLFormElement,
    private readonly language: string,
    private readonly synthesis: SpeechSynthesis | undefined = globalThis.speechSynthesis,
  ) {
    this.select = box.querySelector("select");
    box.hidden = false;
    box.querySelector<HTMLButtonElement>('[data-do="hear"]')?.addEventListener("click", (event) => {
      void this.hear((event.currentTarget as HTMLElement).dataset["said"] ?? "");
    });
    void this.list();
  }

  /** Fill the list; the voice that was chosen stays chosen, also where this device has it not. */
  async list(): Promise<void> {
    const { select, synthesis } = this;
    if (select === null || synthesis === undefined) return;
    const spoken = this.language.split("-")[0]?.toLowerCase();
    const names = (await voices(synthesis))
      .filter(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === spoken)
      .map(({ name }) => name);
    const chosen = this.box.dataset["chosen"] ?? "";
    for (const name of new Set(chosen === "" ? names : [chosen, ...names])) {
      select.add(new Option(name, name, name === chosen, name === chosen));
    }
    // Not before: sent empty, it would take away a choice made on another device.
    select.disabled = false;
  }

  private async hear(words: string): Promise<void> {
    const speed = this.form.querySelector<HTMLInputElement>('[name="speed"]:checked');
    const likes = { voice: this.select?.value ?? "", speed: Number(speed?.value ?? 1) };
    const heard = await new Voice(this.synthesis, this.language, likes).read([words], () => {});
    const said = this.box.querySelector<HTMLElement>('[data-box="no-voice"]');
    if (said !== null) said.textContent = heard ? "" : (said.dataset["words"] ?? "");
  }
}
