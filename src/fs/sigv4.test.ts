import { expect, test } from "vitest";
import { sha256Hex } from "./digest.ts";
import { EMPTY_SHA256, RequestSigner } from "./sigv4.ts";
import type { SignedRequest } from "./sigv4.ts";

// The examples of "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const date = new Date("2013-05-24T00:00:00Z");
const base = { host: "examplebucket.s3.amazonaws.com", payloadHash: EMPTY_SHA256 };
const examples: [string, SignedRequest, string][] = [
  [
    "GET object",
    { ...base, method: "GET", path: "/test.txt", query: [], headers: { range: "bytes=0-9" } },
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  [
    "PUT object",
    {
      ...base,
      method: "PUT",
      path: "/test%24file.text",
      query: [],
      headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      payloadHash: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    },
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  [
    "GET bucket lifecycle",
    { ...base, method: "GET", path: "/", query: [["lifecycle", ""]], headers: {} },
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  [
    "list objects, query out of order",
    {
      ...base,
      method: "GET",
      path: "/",
      query: [
        ["prefix", "J"],
        ["max-keys", "2"],
      ],
      headers: {},
    },
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
];

test.each(examples)("AWS's published signature: %s", async (_, request, signature) => {
  const headers = await new RequestSigner().sign(request, credentials, "us-east-1", date);
  expect(headers["authorization"]).toContain(`Signature=${signature}`);
  expect(headers).not.toHaveProperty("host");
});

test.each(examples)(
  "WebCrypto gives the same where Node's crypto is not: %s",
  async (_, request, signature) => {
    const { getBuiltinModule } = process;
    Object.assign(process, { getBuiltinModule: undefined });
    try {
      expect(await sha256Hex("")).toBe(EMPTY_SHA256);
      const headers = await new RequestSigner().sign(request, credentials, "us-east-1", date);
      expect(headers["authorization"]).toContain(`Signature=${signature}`);
    } finally {
      Object.assign(process, { getBuiltinModule });
    }
  },
);

test("signs at once where it can, with a key that belongs to its day, region and secret", () => {
  const signer = new RequestSigner();
  const request = examples[0]![1];
  const once = (secretAccessKey: string, region: string, day: Date): unknown =>
    signer.sign(request, { ...credentials, secretAccessKey }, region, day);
  const first = once("a", "r", date);
  expect(first).not.toBeInstanceOf(Promise);
  expect(once("b", "r", date)).not.toEqual(first);
  expect(once("a", "s", date)).not.toEqual(first);
  expect(once("a", "r", new Date("2013-05-25T00:00:00Z"))).not.toEqual(first);
  expect(once("a", "r", date)).toEqual(first);
});

test("a session token is sent and signed", async () => {
  const signer = new RequestSigner();
  const headers = await signer.sign(examples[0]![1], { ...credentials, sessionToken: "t" }, "r", date);
  expect(headers["x-amz-security-token"]).toBe("t");
  expect(headers["authorization"]).toContain("x-amz-date;x-amz-security-token,");
});
