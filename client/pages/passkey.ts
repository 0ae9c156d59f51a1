/** Pages with a key that a device keeps: the page without a script says what works without. */

import { enliven } from "../people/passkeys.ts";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-key]")) enliven(form);
