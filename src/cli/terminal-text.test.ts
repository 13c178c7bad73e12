import { expect, test } from "vitest";
import { recordedStream } from "./fixtures/recorded-io.ts";
import { painter, readableJson, safeLines, safeText } from "./terminal-text.ts";

test("control characters and turns of direction are written out", () => {
  expect(safeText("a\u001b[31mb\n\u009b\u202e")).toBe("a\\x1b[31mb\\x0a\\x9b\\u202e");
  expect(safeText("né 日本 🙂")).toBe("né 日本 🙂");
  expect(safeLines("a\nb\u0007")).toBe("a\nb\\x07");
});

test("JSON for people shows letters and stays JSON", () => {
  const value = { né: "🙂\u001b\u0085\\u0041", lone: "\ud800", big: 2n ** 60n };
  const text = readableJson(value);
  expect(text).toContain("né");
  expect(text).toContain("🙂\\u001b\\u0085");
  expect(text).toContain('"\\ud800"');
  expect(text).toContain("1152921504606846976");
  expect(JSON.parse(text)["né"]).toBe(value["né"]);
});

test("paints only where there are colours", () => {
  expect(painter(recordedStream({ hasColors: true }))("red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(painter(recordedStream())("red", "x")).toBe("x");
});
