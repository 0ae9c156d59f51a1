/**
 * Keys that this device keeps (passkeys): making one, and coming in with one. The server says what
 * the device is to be asked, and is sent what it answers, as a form like all others.
 *
 * `<form data-key="make|use" data-begin="ADDRESS" data-end="ADDRESS">` holds `[data-key-can]`,
 * shown where the device can; `[data-key-cannot]`, hidden then; and `[data-key-told]`.
 */

import { toBytes, toText } from "./encoding.ts";
import { keys as words } from "./words.ts";

/** What the server asks of the device, as JSON has it: all bytes are text. */
interface Asked {
  readonly challenge: string;
  readonly user?: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly excludeCredentials?: readonly { readonly id: string; readonly type: "public-key" }[];
  readonly [more: string]: unknown;
}

/** Somebody said no, or the server did; its sentence is for the person. */
class Told extends Error {}

export function canKeepKeys(): boolean {
  return typeof PublicKeyCredential !== "undefined" && navigator.credentials !== undefined;
}

/** Bring a form to life, where this device can keep keys. */
export function enliven(form: HTMLFormElement, go = (to: string) => location.assign(to)): void {
  if (!canKeepKeys()) return;
  show(form, "[data-key-can]", true);
  show(form, "[data-key-cannot]", false);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Set by pages/base.ts on the first press: one question at a time.
    if (form.dataset["sent"] !== undefined) return;
    void press(form, go).finally(() => {
      // Whoever was told no may press again.
      delete form.dataset["sent"];
    });
  });
}

async function press(form: HTMLFormElement, go: (to: string) => void): Promise<void> {
  tell(form, "");
  const isNew = form.dataset["key"] === "make";
  try {
    const asked = (await send(form, form.dataset["begin"])) as Asked;
    const answer = isNew ? await make(asked) : await use(asked);
    const { to } = (await send(form, form.dataset["end"], answer)) as { readonly to: string };
    go(to);
  } catch (error) {
    tell(form, sentenceOf(error, isNew));
  }
}

async function make(asked: Asked): Promise<string> {
  const { user, excludeCredentials = [] } = asked;
  const options = {
    ...asked,
    challenge: toBytes(asked.challenge),
    user: { ...user, id: toBytes(user?.id ?? "") },
    excludeCredentials: excludeCredentials.map((key) => ({ ...key, id: toBytes(key.id) })),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await navigator.credentials.create({ publicKey: options });
  if (!isKey(made)) throw new Told(words.failed);
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
  return asJson(made, { clientDataJSON, attestationObject });
}

async function use(asked: Asked): Promise<string> {
  const options = { ...asked, challenge: toBytes(asked.challenge), allowCredentials: [] };
  const found = await navigator.credentials.get({
    publicKey: options as unknown as PublicKeyCredentialRequestOptions,
  });
  if (!isKey(found)) throw new Told(words.failed);
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    found.response as AuthenticatorAssertionResponse;
  return asJson(found, { clientDataJSON, authenticatorData, signature, userHandle });
}

function isKey(found: Credential | null): found is PublicKeyCredential {
  return found !== null && "rawId" in found;
}

function asJson(
  { id, rawId, type }: PublicKeyCredential,
  parts: Readonly<Record<string, ArrayBuffer | null>>,
): string {
  const response = Object.fromEntries(
    Object.entries(parts).map(([name, bytes]) => [name, bytes === null ? null : toText(bytes)]),
  );
  return JSON.stringify({ id, rawId: toText(rawId), type, response });
}

/** Send the form, with what the device answered; returns what the server says. */
async function send(
  form: HTMLFormElement,
  to: string | undefined,
  answer?: string,
): Promise<unknown> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") body.append(name, value);
  }
  if (answer !== undefined) body.append("answer", answer);
  let response: Response;
  try {
    response = await fetch(to ?? "", {
      method: "POST",
      body,
      headers: { accept: "application/json" },
    });
  } catch {
    throw new Told(words.offline);
  }
  const said: unknown = await response.json().catch(() => null);
  if (response.ok) return said;
  const sentence = (said as { readonly sentence?: unknown } | null)?.sentence;
  throw new Told(typeof sentence === "string" ? sentence : words.failed);
}

function sentenceOf(error: unknown, isNew: boolean): string {
  if (error instanceof Told) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return words.hasOne;
  // The person pressed Cancel, or took long; or the device has no key for us, which it never tells.
  if (name === "NotAllowedError" || name === "AbortError") {
    return isNew ? words.notMade : words.notFound;
  }
  return isNew ? words.cannot : words.failed;
}

function tell(form: HTMLFormElement, sentence: string): void {
  const line = form.querySelector("[data-key-told]");
  if (line !== null) line.textContent = sentence;
}

function show(form: HTMLFormElement, selector: string, shown: boolean): void {
  for (const element of form.querySelectorAll<HTMLElement>(selector)) element.hidden = !shown;
}
