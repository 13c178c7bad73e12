/** An engine, and how to start it or why it cannot be had. */
export interface Browser {
  readonly name: "chromium" | "firefox" | "webkit";
  /** Path of the program. */
  readonly command?: string;
  /** One line that says why there is none. */
  readonly reason?: string;
}

export function browsers(): Browser[];
export function installBrowsers(): Browser[];
export function startBrowser(
  browser: Browser,
  url: string,
): Promise<{ readonly ended: Promise<string>; stop(): void }>;
