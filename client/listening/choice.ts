/** Choosing how we read: the voices of this device in the list, and a button to hear the choice. */

import { likesOf, Voice, voices } from "./voice.ts";

export class VoiceChoice {
  private readonly select: HTMLSelectElement | null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly page: HTMLElement = document.documentElement,
    private readonly synthesis: SpeechSynthesis | undefined = globalThis.speechSynthesis,
  ) {
    this.select = form.querySelector('select[name="voice"]');
    const box = form.querySelector<HTMLElement>('[data-box="hear"]');
    if (box !== null) box.hidden = false;
    box
      ?.querySelector<HTMLButtonElement>('[data-do="hear"]')
      ?.addEventListener("click", (event) => {
        void this.hear((event.currentTarget as HTMLElement).dataset["said"] ?? "");
      });
    void this.list();
  }

  /** Add the voices to those that the page came with: the device's own, and the chosen one. */
  async list(): Promise<void> {
    const { select, synthesis } = this;
    if (select === null || synthesis === undefined) return;
    const spoken = this.page.lang.split("-")[0]?.toLowerCase();
    const names = (await voices(synthesis))
      .filter(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === spoken)
      .map(({ name }) => name);
    const there = [...select.options].map(({ value }) => value);
    for (const name of new Set(names)) {
      if (!there.includes(name)) select.add(new Option(name, name));
    }
  }

  /** Read as this page has it chosen; what it does not ask is as the person likes it. */
  private async hear(words: string): Promise<void> {
    const likes = likesOf(this.page);
    const speed = this.form.querySelector<HTMLInputElement>('[name="speed"]:checked');
    const chosen = {
      voice: this.select?.value ?? likes.voice,
      speed: speed === null ? likes.speed : Number(speed.value),
    };
    const sentence = { text: words, language: this.page.lang };
    const heard = await new Voice(this.synthesis, chosen).read([sentence], () => {});
    const said = this.form.querySelector<HTMLElement>('[data-box="no-voice"]');
    if (said !== null) said.textContent = heard ? "" : (said.dataset["words"] ?? "");
  }
}
