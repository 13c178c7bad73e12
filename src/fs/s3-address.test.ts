import { expect, test } from "vitest";
import { StoreError } from "../base/errors.ts";
import { s3Address } from "./s3-address.ts";

const at = (bucket: string, key = "k", more: object = {}): string => {
  const { origin, path } = s3Address({
    endpoint: undefined,
    region: "us-east-1",
    style: "auto",
    bucket,
    key,
    ...more,
  });
  return origin + path;
};

test("AWS puts the bucket into the host where a certificate covers it", () => {
  expect(at("bucket-1")).toBe("https://bucket-1.s3.us-east-1.amazonaws.com/k");
  expect(at("a.b")).toBe("https://s3.us-east-1.amazonaws.com/a.b/k");
  expect(at("Old_Bucket")).toBe("https://s3.us-east-1.amazonaws.com/Old_Bucket/k");
  expect(at("bucket", "k", { region: "cn-north-1" })).toBe("https://bucket.s3.cn-north-1.amazonaws.com.cn/k");
  expect(at("bucket", "k", { style: "path" })).toBe("https://s3.us-east-1.amazonaws.com/bucket/k");
  expect(at("", "")).toBe("https://s3.us-east-1.amazonaws.com/");
});

test("a custom endpoint has it in the path", () => {
  const endpoint = "http://localhost:9000/gateway/";
  expect(at("bucket", "a b/c", { endpoint })).toBe("http://localhost:9000/gateway/bucket/a%20b/c");
  expect(at("bucket", "", { endpoint })).toBe("http://localhost:9000/gateway/bucket/");
  expect(at("bucket", "k", { endpoint, style: "virtual" })).toBe("http://bucket.localhost:9000/gateway/k");
});

test("what is no endpoint or no bucket is refused", () => {
  for (const endpoint of ["localhost", "ftp://x", "file:///x"])
    expect(() => at("b", "k", { endpoint })).toThrow(TypeError);
  expect(() => at("..")).toThrow(StoreError);
});
