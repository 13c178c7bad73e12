/**
 * `zarrkit serve`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag, wholeNumber } from "./flags.ts";

/** Flags of `serve`. */
export interface ServeFlags extends PlaceFlags {
  readonly port?: number;
  readonly host?: string;
  readonly writable?: boolean;
  readonly token?: string;
  readonly cors?: readonly string[];
  readonly transcode?: boolean;
  readonly json?: boolean;
}

/** What follows the name. */
export const serveUsage: string =
  "<url> [path] [--port N] [--host H] [--writable] [--token T] [--cors ORIGIN] [--transcode]";

export const serveCommand: Command<CliContext> = buildCommand<
  ServeFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-serve.ts")).runServe),
  parameters: {
    flags: {
      port: {
        kind: "parsed",
        parse: wholeNumber(0),
        optional: true,
        placeholder: "N",
        brief: "Port to listen at; 0 is any free one. Default: 8000, or a free one where that is taken",
      },
      host: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "H",
        brief: "Address to listen at; 0.0.0.0 is reached from other machines. Default: 127.0.0.1",
      },
      writable: switchFlag("Also take PUT and DELETE, from those who send the token"),
      token: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "T",
        brief:
          "What writers send as 'Authorization: Bearer T'. Default: ZARRKIT_TOKEN, else a new one, which is printed",
      },
      cors: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        placeholder: "ORIGIN",
        brief:
          "Pages that may read, such as https://example.org; may be repeated; none forbids all. Default: any",
      },
      transcode: switchFlag("Serve decoded chunks and v3 metadata, for clients that lack the codecs"),
      json: switchFlag("Print the address as JSON"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [serveUsage],
    brief: "Serve an array or group over HTTP",
    fullDescription: [
      "Serves an array, or a group and all below it, over HTTP, read-only unless --writable is given, until Ctrl-C.",
      "Only metadata and chunks of the node can be reached. Any page may read unless --cors says otherwise.",
      "",
      "Examples:",
      "  zarrkit serve data/example.zarr",
      "  zarrkit serve data.zip group --port 8080",
      "  zarrkit serve s3://bucket/data.zarr --storage-option anon=true --cors https://viewer.example.org",
      "  zarrkit serve data/example.zarr --transcode",
      "  ZARRKIT_TOKEN=... zarrkit serve data/example.zarr --writable",
    ].join("\n"),
  },
});
