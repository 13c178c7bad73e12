/**
 * The error documents of S3. Pure.
 *
 * @module
 */
import { isZarrError } from "../base/errors.ts";
import type { Refusal } from "./request-policy.ts";
import { child, childText, parseXml } from "./xml.ts";

/** What an error document says. */
export interface S3Error {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly region: string | undefined;
}

/** Reads an error document; anything else has no code. */
export function readS3Error({ text }: Pick<Refusal, "text">): S3Error {
  const none: S3Error = { code: undefined, message: undefined, region: undefined };
  if (!/^\s*</.test(text)) return none;
  try {
    const root = parseXml(text);
    const error = root.name === "Error" ? root : child(root, "Error");
    if (error === undefined) return none;
    return {
      code: childText(error, "Code"),
      message: childText(error, "Message"),
      region: childText(error, "Region"),
    };
  } catch (error) {
    if (isZarrError(error)) return none; // a page of a proxy, say: the status tells what happened
    throw error;
  }
}
