/** After signing out: nothing stays but words that somebody has not sent yet. */

import { clearUp } from "../people/clearing.ts";
import { clearing } from "../people/words.ts";

const line = document.querySelector<HTMLElement>("[data-left]");
void clearUp().then((left) => {
  if (line === null) return;
  line.textContent = left > 0 ? clearing.left : "";
  line.dataset["left"] = String(left);
});
