/** The device's voice: reads sentences one after another, and says when there is none. */

const PATIENCE_MS = 1500;

/** What somebody likes to be read to with: a voice by its name ("": any), and how fast. */
export interface Likes {
  readonly voice: string;
  readonly speed: number;
}

/** Something to be said, and the language it is in. */
export interface Spoken {
  readonly text: string;
  readonly language: string;
}

const SPEEDS = { slowest: 0.5, fastest: 2 };

/** What the page says of its reader (`<html data-voice data-speed>`, see base.html). */
export function likesOf(page: HTMLElement): Likes {
  const speed = Number(page.dataset["speed"] ?? 1);
  const sound = speed >= SPEEDS.slowest && speed <= SPEEDS.fastest;
  return { voice: page.dataset["voice"] ?? "", speed: sound ? speed : 1 };
}

/** Some devices list their voices only a moment after they are first asked. */
export async function voices(synthesis: SpeechSynthesis): Promise<SpeechSynthesisVoice[]> {
  const now = synthesis.getVoices();
  if (now.length > 0) return now;
  return new Promise((resolve) => {
    const answer = (): void => {
      clearTimeout(timer);
      synthesis.removeEventListener("voiceschanged", answer);
      resolve(synthesis.getVoices());
    };
    const timer = setTimeout(answer, PATIENCE_MS);
    synthesis.addEventListener("voiceschanged", answer);
  });
}

/**
 * The best voice for a language: the one that was chosen, where it speaks it and this device has it;
 * else one of the device itself first, then any; else the default.
 */
export function voiceFor(
  all: readonly SpeechSynthesisVoice[],
  language: string,
  chosen = "",
): SpeechSynthesisVoice | null {
  const wanted = language.toLowerCase();
  const fits = (voice: SpeechSynthesisVoice): number => {
    const has = voice.lang.toLowerCase().replace("_", "-");
    const near = has === wanted ? 4 : has.split("-")[0] === wanted.split("-")[0] ? 2 : 0;
    if (near === 0) return 0;
    return near + (voice.localService ? 1 : 0) + (voice.name === chosen ? 8 : 0);
  };
  const best = [...all].sort((a, b) => fits(b) - fits(a))[0];
  return best !== undefined && fits(best) > 0 ? best : null;
}

export class Voice {
  private reading = 0;

  constructor(
    private readonly synthesis: SpeechSynthesis | undefined,
    private readonly likes: Likes = likesOf(document.documentElement),
  ) {}

  /**
   * Reads texts in order, each with a voice of its language, calling `onStart` before each, until
   * all are read or `stop` is called. False where this device has no voice.
   */
  async read(texts: readonly Spoken[], onStart: (index: number) => void): Promise<boolean> {
    const { synthesis } = this;
    this.stop();
    const mine = this.reading;
    if (synthesis === undefined) return false;
    const all = await voices(synthesis);
    if (all.length === 0) return false;
    for (const [index, spoken] of texts.entries()) {
      if (this.reading !== mine) break;
      onStart(index);
      const voice = voiceFor(all, spoken.language, this.likes.voice);
      if (!(await this.say(synthesis, spoken, voice))) break;
    }
    return true;
  }

  stop(): void {
    this.reading += 1;
    this.synthesis?.cancel();
  }

  /** Whether the text was read to its end. */
  private async say(
    synthesis: SpeechSynthesis,
    { text, language }: Spoken,
    voice: SpeechSynthesisVoice | null,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = language;
      utterance.voice = voice;
      utterance.rate = this.likes.speed;
      utterance.onend = () => resolve(true);
      utterance.onerror = () => resolve(false);
      synthesis.speak(utterance);
    });
  }
}
