/** Choosing a voice, against a stub of the Web Speech API. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { VoiceChoice } from "../../../client/listening/choice.ts";
import { likesOf, voiceFor } from "../../../client/listening/voice.ts";

class Utterance {
  lang = "";
  rate = 1;
  voice: SpeechSynthesisVoice | null = null;
  onend: () => void = () => {};
  onerror: () => void = () => {};
  constructor(readonly text: string) {}
}

const voice = (name: string, lang = "en-GB"): SpeechSynthesisVoice =>
  ({ lang, localService: true, name, default: false, voiceURI: name }) as SpeechSynthesisVoice;

class Synthesis extends EventTarget {
  constructor(private readonly voices: SpeechSynthesisVoice[]) {
    super();
  }
  said: Utterance[] = [];
  getVoices = () => this.voices;
  cancel = () => {};
  speak = (utterance: Utterance) => {
    this.said.push(utterance);
    utterance.onend();
  };
}

const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

function open(voices: SpeechSynthesisVoice[], asked: string): Synthesis {
  document.body.innerHTML = `
    <form>${asked}
      <div data-box="hear" hidden>
        <button type="button" data-do="hear" data-said="Hello.">Hear it</button>
        <p data-box="no-voice" data-words="No voice."></p>
      </div></form>`;
  const speech = new Synthesis(voices);
  const form = document.querySelector("form") as HTMLFormElement;
  const page = Object.assign(document.createElement("html"), { lang: "en-GB" });
  Object.assign(page.dataset, { voice: "Moira", speed: "0.8" });
  new VoiceChoice(form, page, speech as unknown as SpeechSynthesis);
  return speech;
}

const VOICE = '<select name="voice"><option value="">The voice of the device</option></select>';
const VOICE_OF_ANOTHER = VOICE.replace("</select>", "<option selected>Moira</option></select>");
const SPEED = '<input type="radio" name="speed" value="0.6" checked>';

const heard = async (speech: Synthesis): Promise<unknown[]> => {
  document.querySelector("button")?.click();
  await settled();
  return speech.said.map(({ text, voice, rate }) => [text, voice?.name, rate]);
};

const options = (): string[] =>
  [...document.querySelectorAll("option")].map((option) => option.value);

beforeEach(() => vi.stubGlobal("SpeechSynthesisUtterance", Utterance));
afterEach(() => vi.unstubAllGlobals());

describe("the voices of this device", () => {
  it("are listed when they speak the language of the page", async () => {
    open([voice("Moira", "en-IE"), voice("Rhys", "cy-GB"), voice("Daniel")], VOICE);
    await settled();
    expect(options()).toEqual(["", "Moira", "Daniel"]);
    expect(document.querySelector("select")?.value).toBe("");
  });

  it("keep a choice that was made on another device", async () => {
    open([voice("Daniel")], VOICE_OF_ANOTHER);
    await settled();
    expect(options()).toEqual(["", "Moira", "Daniel"]);
    expect(document.querySelector("select")?.value).toBe("Moira");
  });

  it("stand in the list once", async () => {
    open([voice("Moira"), voice("Moira"), voice("Daniel"), voice("Daniel")], VOICE_OF_ANOTHER);
    await settled();
    expect(options()).toEqual(["", "Moira", "Daniel"]);
  });

  it("are heard before they are chosen, as fast as a person likes it", async () => {
    const speech = open([voice("Moira"), voice("Daniel")], VOICE);
    await settled();
    (document.querySelector("select") as HTMLSelectElement).value = "Daniel";
    expect(await heard(speech)).toEqual([["Hello.", "Daniel", 0.8]]);
  });

  it("are missed in a sentence where there are none", async () => {
    vi.useFakeTimers();
    open([], VOICE);
    document.querySelector("button")?.click();
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    expect(document.querySelector("p")?.textContent).toBe("No voice.");
  });
});

describe("how fast we read", () => {
  it("is heard before it is chosen, in the voice that a person likes", async () => {
    const speech = open([voice("Daniel"), voice("Moira")], SPEED);
    expect(await heard(speech)).toEqual([["Hello.", "Moira", 0.6]]);
  });
});

describe("the voice that reads", () => {
  it("is the chosen one, unless it speaks another language or is not here", () => {
    const all = [voice("Daniel"), voice("Moira", "en-IE"), voice("Rhys", "cy-GB")];
    expect(voiceFor(all, "en-GB", "Moira")?.name).toBe("Moira");
    expect(voiceFor(all, "en-GB", "Rhys")?.name).toBe("Daniel");
    expect(voiceFor(all, "en-GB", "Gone")?.name).toBe("Daniel");
  });

  it.each([
    [{}, { voice: "", speed: 1 }],
    [
      { voice: "Moira", speed: "0.8" },
      { voice: "Moira", speed: 0.8 },
    ],
    [{ speed: "99" }, { voice: "", speed: 1 }],
    [{ speed: "x" }, { voice: "", speed: 1 }],
  ])("is as the page says: %o", (said, likes) => {
    const page = document.createElement("html");
    Object.assign(page.dataset, said);
    expect(likesOf(page)).toEqual(likes);
  });
});
