/**
 * What `doctor` finds: probes, what they saw, and what to do about it.
 *
 * @module
 */

/** `fail`: readers stumble. `warn`: it costs speed, or some readers. `skip`: it could not be asked. */
export type FindingStatus = "ok" | "warn" | "fail" | "skip";

/** One probe. */
export interface Finding {
  readonly probe: string;
  readonly status: FindingStatus;
  /** What was seen, in a sentence. */
  readonly seen: string;
  /** What mends it. */
  readonly fix?: string;
}

/** Collects findings in order. */
export class Findings {
  readonly all: Finding[] = [];

  ok(probe: string, seen: string): void {
    this.all.push({ probe, status: "ok", seen });
  }
  warn(probe: string, seen: string, fix: string): void {
    this.all.push({ probe, status: "warn", seen, fix });
  }
  fail(probe: string, seen: string, fix: string): void {
    this.all.push({ probe, status: "fail", seen, fix });
  }
  skip(probe: string, seen: string): void {
    this.all.push({ probe, status: "skip", seen });
  }
}

/** What an error says, in one line. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split("\n")[0] ?? text;
}
