// @ts-check
/** What the embedded servers share: bodies, ranges, faults. */

/** @typedef {import("./embedded-s3.d.mts").Fault} Fault */

/** @param {import("node:http").IncomingMessage} request @returns {Promise<Buffer>} */
export async function collectBody(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * The bytes that a `Range` header asks for; `undefined` when it asks for none that is understood.
 *
 * @param {string | undefined} header
 * @param {number} size
 * @returns {{ start: number, end: number } | "unsatisfiable" | undefined}
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(match[1]);
  if (start >= size) return "unsatisfiable";
  const end = match[2] === "" ? size : Math.min(Number(match[2]) + 1, size);
  return end <= start ? undefined : { start, end };
}

/**
 * The first fault that this request meets; each is used up.
 *
 * @template {import("./embedded-s3.d.mts").SeenRequest} R
 * @param {Fault[]} faults
 * @param {R} request
 * @returns {Fault | undefined}
 */
export function takeFault(faults, request) {
  const index = faults.findIndex((fault) => fault.when === undefined || fault.when(request));
  const fault = faults[index];
  if (fault === undefined) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(index, 1);
  return fault;
}

/**
 * Does what the fault says; true when the request has been dealt with by that.
 *
 * @param {Fault} fault
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
export async function applyFault(fault, request, response) {
  if (fault.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delay));
  if (fault.until !== undefined) await fault.until.catch(() => {});
  if (fault.reset === true) {
    // Without the orderly end, so that the client sees a reset and not an empty answer.
    request.socket.resetAndDestroy();
    return true;
  }
  if (fault.status === undefined) return false;
  response.writeHead(fault.status, { ...fault.headers, "access-control-allow-origin": "*" });
  response.end(request.method === "HEAD" ? undefined : (fault.body ?? ""));
  return true;
}
