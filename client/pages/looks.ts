/** How pages sound: the voices of this device, and hearing one before choosing it. */

import { VoiceChoice } from "../listening/choice.ts";

const form = document.querySelector<HTMLFormElement>("form.looks");
if (form !== null) new VoiceChoice(form);
