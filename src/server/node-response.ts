/**
 * A Web-standard response, sent through Node's.
 *
 * @module
 */
import type { ServerResponse } from "node:http";

/**
 * Sends a response and settles when it is sent or the client has left. What the client does not take is not read.
 */
export async function sendResponse(answer: Response, response: ServerResponse, isHead: boolean): Promise<void> {
  const { body } = answer;
  if (response.destroyed) {
    await body?.cancel();
    return;
  }
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (body === null || isHead) {
    if (body === null && !isHead && answer.status !== 204 && answer.status !== 304) response.setHeader("content-length", 0);
    await body?.cancel();
    response.end();
    return;
  }
  const reader = body.getReader();
  const leave = (): void => void reader.cancel().catch(() => {}); // nobody waits for it
  response.once("close", leave);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (response.destroyed) return;
      if (!response.write(value)) await drained(response);
    }
    response.end();
  } finally {
    response.removeListener("close", leave);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.removeListener("drain", go);
      response.removeListener("close", go);
      resolve();
    };
    response.once("drain", go);
    response.once("close", go);
  });
}
