/**
 * A Web-standard response, sent through Node's.
 *
 * @module
 */

/** What is used of Node's `ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  readonly destroyed: boolean;
  setHeader(name: string, value: string | number): unknown;
  /** False when what is written waits for the client. */
  write(bytes: Uint8Array): boolean;
  end(): unknown;
  once(event: "drain" | "close", listener: () => void): unknown;
  removeListener(event: "drain" | "close", listener: () => void): unknown;
}

/**
 * Sends a response and settles when it is sent or the client has left. What the client does not take is not read.
 */
export async function sendResponse(answer: Response, response: NodeResponse, isHead: boolean): Promise<void> {
  const { body } = answer;
  if (response.destroyed) {
    await body?.cancel();
    return;
  }
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (body === null || isHead) {
    if (body === null && !isHead && answer.status !== 204 && answer.status !== 304)
      response.setHeader("content-length", 0);
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

function drained(response: NodeResponse): Promise<void> {
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
