/**
 * Every page: the styles, and small things that only make a page nicer. All of them work without.
 */

import "@fontsource/atkinson-hyperlegible-next/400.css";
import "@fontsource/atkinson-hyperlegible-next/700.css";
import "../styles/all.scss";
import { keptFor } from "../live/kept.ts";

/** A form sends itself once, however often its button is pressed. */
function sendOnce(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  // One that gives a file leaves its page open, and may be wanted again.
  if (form.dataset["again"] !== undefined) return;
  if (form.dataset["sent"] !== undefined) event.preventDefault();
  form.dataset["sent"] = "";
}

/** A page that comes back with the browser's Back button can send again. */
function sendAgain(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
    delete form.dataset["sent"];
  }
}

/** On paper nothing can be opened, so it is open. */
function openAll(): void {
  for (const details of document.querySelectorAll("details")) details.open = true;
}

/** `<button data-copy="ID" data-copied="Copied" hidden>` copies the text of the element ID. */
function offerCopying(): void {
  if (!("clipboard" in navigator)) return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const text = document.getElementById(button.dataset["copy"] ?? "")?.textContent?.trim();
      const said = button.parentElement?.querySelector<HTMLElement>("[data-copied]");
      void navigator.clipboard.writeText(text ?? "").then(() => {
        if (said !== null && said !== undefined) said.textContent = said.dataset["copied"] ?? "";
      });
    });
  }
}

/** `<button data-print hidden>` prints the page. */
function offerPrinting(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      window.print();
    });
  }
}

/** Copies of Charters that one may not have any more go, with whichever page comes next. */
async function clearOver(): Promise<void> {
  const person = document.documentElement.dataset["person"];
  if (person === undefined || (await keptFor(person)).length === 0) return;
  // What opens a copy is large, and most pages need none of it.
  const clearing = await import("../people/clearing.ts");
  await clearing.clearOver(person);
}

document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", sendAgain);
window.addEventListener("beforeprint", openAll);
offerCopying();
offerPrinting();
void clearOver();
