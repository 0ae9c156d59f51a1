/** How pages look and sound: the voices of this device, and hearing one before choosing it. */

import { VoiceChoice } from "../listening/choice.ts";

const box = document.querySelector<HTMLElement>('[data-box="voice"]');
const form = box?.closest("form") ?? null;
if (box !== null && form !== null) new VoiceChoice(box, form, document.documentElement.lang);
