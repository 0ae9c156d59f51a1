/** Whether a mouse button, pen or finger is down anywhere on the page. */

let down = false;

function watch(kind: string, isDown: boolean): void {
  document.addEventListener(
    kind,
    () => {
      down = isDown;
    },
    { capture: true },
  );
}

watch("pointerdown", true);
watch("pointerup", false);
watch("pointercancel", false);

export function pointerIsDown(): boolean {
  return down;
}

/** Calls back after the press that is under way, and after the click it makes. */
export function afterPress(callback: () => void): void {
  const once = (): void => {
    document.removeEventListener("pointerup", once, { capture: true });
    document.removeEventListener("pointercancel", once, { capture: true });
    setTimeout(callback);
  };
  document.addEventListener("pointerup", once, { capture: true });
  document.addEventListener("pointercancel", once, { capture: true });
}
