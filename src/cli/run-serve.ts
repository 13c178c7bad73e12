/**
 * What `zarrkit serve` does.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import process from "node:process";
import { open } from "../array/open.ts";
import { stringifyJson } from "../base/json-write.ts";
import { serve } from "../server/node.ts";
import { nodeHandler } from "../server/node-handler.ts";
import { viewerFiles } from "../server/viewer-files.ts";
import type { CliContext } from "./command-context.ts";
import { UsageError } from "./command-context.ts";
import { withStorePath } from "./open-place.ts";
import type { ServeFlags } from "./serve.ts";
import { safeText } from "./terminal-text.ts";

/** Serves until Ctrl-C, which ends it well: requests under way are finished first. */
export async function runServe(
  context: CliContext,
  flags: ServeFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { io } = context;
  const writable = flags.writable === true;
  if (flags.token !== undefined && !writable)
    throw new UsageError("--token is for writers; it needs --writable.");
  if (writable && flags.transcode === true)
    throw new UsageError("--transcode serves what cannot be written; leave --writable out.");
  const isNew = writable && flags.token === undefined && (process.env["ZARRKIT_TOKEN"] ?? "") === "";
  const token = writable
    ? (flags.token ?? (isNew ? randomBytes(24).toString("base64url") : process.env["ZARRKIT_TOKEN"]))
    : undefined;
  const stop = terminated(context.signal);
  const place = { url, path, flags, signal: stop.signal, mode: writable ? "r+" : "r" } as const;
  try {
    await withStorePath(place, async (at) => {
      const zarrFormat = flags.zarrFormat === undefined ? undefined : flags.zarrFormat === "2" ? 2 : 3;
      const node = await open(at, { zarrFormat, signal: stop.signal });
      const handler = handlerOf(() =>
        nodeHandler(node, {
          writable,
          token,
          transcode: flags.transcode === true,
          viewer: viewerFiles(),
          cors: corsOf(flags.cors),
          onError: (error, request) => {
            const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            const asked = `${request.method} ${new URL(request.url).pathname}`;
            // What cannot be said on stderr is lost; the client has its answer.
            io.stderr.write(`${safeText(`${asked}: ${what}`)}\n`).catch(() => {});
          },
        }),
      );
      const server = await serve(handler, { host: flags.host, port: flags.port, signal: stop.signal });
      if (flags.json === true)
        await io.stdout.write(`${stringifyJson({ url: server.url, ...(isNew ? { token } : {}) })}\n`);
      else {
        await io.stdout.write(`${server.url}\n`);
        if (isNew) await io.stdout.write(`token: ${token}\n`);
        await io.stderr.write(`Serving ${safeText(String(node))}. Ctrl-C ends it.\n`);
      }
      await server.closed;
    });
  } catch (error) {
    // Ctrl-C before the server listens ends the command just as well.
    if (stop.signal.aborted && error === stop.signal.reason) return;
    throw error;
  } finally {
    stop.release();
  }
}

/** Aborts on Ctrl-C and when the process is asked to end, as containers ask. */
function terminated(signal: AbortSignal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort(signal.aborted ? signal.reason : new Error("Terminated."));
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  process.once("SIGTERM", end);
  return {
    signal: controller.signal,
    release() {
      signal.removeEventListener("abort", end);
      process.removeListener("SIGTERM", end);
    },
  };
}

/** `--cors none` forbids all pages. */
function corsOf(origins: readonly string[] | undefined): boolean | { origins: "*" | readonly string[] } {
  if (origins === undefined || origins.length === 0) return true;
  if (origins.includes("none")) return false;
  return { origins: origins.includes("*") ? "*" : origins };
}

/** Flags that do not go together are misuse. */
function handlerOf<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
