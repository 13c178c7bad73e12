/**
 * A request of Node's as a Web-standard one.
 *
 * @module
 */

/** What is used of Node's `IncomingMessage`. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly host?: string | undefined };
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  resume(): unknown;
}

/** The request; `undefined` when its target or host is no URL. */
export function requestOf(message: NodeRequest, signal: AbortSignal): Request | undefined {
  const url = urlOf(message);
  if (url === undefined) return undefined;
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i]!;
    if (!name.startsWith(":")) headers.append(name, message.rawHeaders[i + 1]!);
  }
  const method = message.method ?? "GET";
  // `fetch` refuses to make requests with these methods; they are answered as any that is not served.
  if (/^(?:CONNECT|TRACE|TRACK)$/i.test(method))
    return new Request(url, { method: "PATCH", headers, signal });
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  // Streams need `duplex`, which the types of the DOM do not know.
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    signal,
    body: bodyOf(message),
    duplex: "half",
  };
  return new Request(url, init);
}

function urlOf(message: NodeRequest): URL | undefined {
  const target = message.url ?? "/";
  const host = message.headers.host ?? "localhost";
  try {
    // A target with two slashes at its start is a path, not a host.
    return target.startsWith("/") ? new URL(`http://${host}${target}`) : new URL(target);
  } catch {
    return undefined;
  }
}

/** The body as a stream: the client sends on when what came has been taken. */
function bodyOf(message: NodeRequest): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = message[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(new Uint8Array(next.value));
      },
      cancel() {
        // What still comes is read and thrown away, so that the client gets the answer.
        message.resume();
      },
    },
    { highWaterMark: 0 },
  );
}
