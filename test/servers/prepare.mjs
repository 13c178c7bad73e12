// @ts-check
/** Makes the places in the real servers that tests write to: buckets, containers, and what pages of other origins may do. */
import { createHmac } from "node:crypto";

/** @param {import("./real.d.mts").RealServer} server @param {string} bucket */
export async function makeGcsBucket({ url }, bucket) {
  const answer = await fetch(`${url}/storage/v1/b?project=tests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: bucket }),
  });
  if (!answer.ok) throw new Error(`no bucket: ${answer.status} ${await answer.text()}`);
}

/** @param {import("./real.d.mts").AzuriteServer} server @param {string} container */
export async function makeAzureContainer(server, container) {
  const answer = await put(server, `/${container}`, { restype: "container" }, "");
  if (!answer.ok) throw new Error(`no container: ${answer.status} ${await answer.text()}`);
}

/** Lets pages of any origin do everything. @param {import("./real.d.mts").AzuriteServer} server */
export async function allowAzureOrigins(server) {
  const rule = [
    "<AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET,HEAD,PUT,DELETE,OPTIONS</AllowedMethods>",
    "<MaxAgeInSeconds>300</MaxAgeInSeconds><ExposedHeaders>*</ExposedHeaders><AllowedHeaders>*</AllowedHeaders>",
  ].join("");
  const body = `<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties><Cors><CorsRule>${rule}</CorsRule></Cors></StorageServiceProperties>`;
  const answer = await put(server, "/", { restype: "service", comp: "properties" }, body);
  if (!answer.ok) throw new Error(`no CORS: ${answer.status} ${await answer.text()}`);
}

/**
 * A request with the signature of the account's key, made here once more so that the tests do not depend on what they test.
 *
 * @param {import("./real.d.mts").AzuriteServer} server
 * @param {string} path
 * @param {Record<string, string>} query
 * @param {string} body
 */
function put({ url, account, accountKey }, path, query, body) {
  const date = new Date().toUTCString();
  const version = "2021-08-06";
  const length = body === "" ? "" : String(Buffer.byteLength(body));
  const type = body === "" ? "" : "application/xml";
  const target = new URL(`${url}${path}`);
  const parameters = Object.keys(query)
    .sort()
    .map((name) => `\n${name}:${query[name]}`);
  const text = [
    ...["PUT", "", "", length, "", type, "", "", "", "", "", ""],
    `x-ms-date:${date}`,
    `x-ms-version:${version}`,
    `/${account}${target.pathname}${parameters.join("")}`,
  ].join("\n");
  const signature = createHmac("sha256", Buffer.from(accountKey, "base64")).update(text).digest("base64");
  target.search = new URLSearchParams(query).toString();
  return fetch(target, {
    method: "PUT",
    headers: {
      "x-ms-date": date,
      "x-ms-version": version,
      authorization: `SharedKey ${account}:${signature}`,
      ...(type === "" ? {} : { "content-type": type }),
    },
    body: body === "" ? undefined : body,
  });
}
