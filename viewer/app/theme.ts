/**
 * Light and dark: as the system has it, or as the user says.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";

export type ThemeChoice = "auto" | "light" | "dark";

const KEY = "zarrkit-theme";

/** What the user chose. */
export const themeChoice = signal<ThemeChoice>(stored());
/** Rises when the colours of the page may have changed, for what is drawn on a canvas. */
export const themeVersion = signal(0);

effect(() => {
  const choice = themeChoice.value;
  if (choice === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // a page without storage forgets it
  }
  themeVersion.value = themeVersion.peek() + 1;
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  themeVersion.value++;
});

/** Is the page dark now? */
export function isDark(): boolean {
  const choice = themeChoice.value;
  return choice === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : choice === "dark";
}

function stored(): ThemeChoice {
  try {
    const text = localStorage.getItem(KEY);
    return text === "light" || text === "dark" ? text : "auto";
  } catch {
    return "auto";
  }
}
