import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mayHoldSecret, redactUrl } from "./redact.ts";

test.each([
  ["https://h/a/b", "https://h/a/b"],
  ["https://user:pass@h/a", "https://h/a"],
  [
    "https://h/a?X-Amz-Signature=abc&X-Amz-Date=1&token=t",
    "https://h/a?X-Amz-Signature=REDACTED&X-Amz-Date=1&token=REDACTED",
  ],
  ["https://h/?list-type=2&prefix=a%2F", "https://h/?list-type=2&prefix=a%2F"],
  ["https://h/a?barekey", "https://h/a?REDACTED"],
  ["https://h/a?sig=x#frag", "https://h/a?sig=REDACTED"],
  ["s3://bucket/key@home", "s3://bucket/key@home"],
])("%s", (url, redacted) => {
  expect(redactUrl(url)).toBe(redacted);
});

test("a secret in any query value or user part is hidden", () => {
  const secret = "5ecret5ecret";
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,8}$/), fc.boolean(), (name, inUser) => {
      const url = inUser ? `https://${name}:${secret}@h/p` : `https://h/p?${name}=${secret}`;
      fc.pre(!["prefix", "alt", "comp", "restype"].includes(name)); // those that hold none
      expect(redactUrl(url)).not.toContain(secret);
      expect(mayHoldSecret(url)).toBe(true);
    }),
  );
  expect(mayHoldSecret("https://h/p")).toBe(false);
});
