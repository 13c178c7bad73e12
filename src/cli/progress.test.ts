import { expect, test } from "vitest";
import { recordedStream } from "./fixtures/recorded-io.ts";
import { ProgressBar, progressText } from "./progress.ts";

test("says how much is done and how long the rest takes", () => {
  expect(progressText(2 ** 20, 4 * 2 ** 20, 21)).toBe(
    "[########----------------------] 25%  1.0 of 4.0 MiB  1:03 left",
  );
  expect(progressText(0, 100, 1)).not.toContain("left");
  expect(progressText(200, 100, 1)).toContain("100%");
});

test("short work, and work without a terminal, shows nothing", async () => {
  const stream = recordedStream({ isTerminal: true });
  const bar = new ProgressBar(stream, 100);
  await bar.update(50);
  await bar.end();
  expect(stream.text()).toBe("");
});
