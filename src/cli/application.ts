/**
 * The commands by name. Each file that is imported here holds a command's flags and help; what it does is
 * loaded when it runs.
 *
 * @module
 */
import type { Application } from "@stricli/core";
import {
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  formatMessageForArgumentScannerError,
  help,
  text_en,
  version,
} from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { benchCommand, benchUsage } from "./bench.ts";
import { completionCommand, completionUsage } from "./completion.ts";
import { consolidateCommand, consolidateUsage } from "./consolidate.ts";
import { copyCommand, copyUsage } from "./copy.ts";
import { createCommand, createUsage } from "./create.ts";
import { doctorCommand, doctorUsage } from "./doctor.ts";
import { getCommand, getUsage } from "./get.ts";
import { infoCommand, infoUsage } from "./info.ts";
import { lsCommand, lsUsage } from "./ls.ts";
import { migrateCommand, migrateUsage, removeMetadataCommand, removeMetadataUsage } from "./migrate.ts";
import { pyramidCommand, pyramidUsage } from "./pyramid.ts";
import { rechunkCommand, rechunkUsage } from "./rechunk.ts";
import { serveCommand, serveUsage } from "./serve.ts";
import { setCommand, setUsage } from "./set.ts";
import { statsCommand, statsUsage } from "./stats.ts";
import { treeCommand, treeUsage } from "./tree.ts";
import { validateCommand, validateUsage } from "./validate.ts";
import { verifyCommand, verifyUsage } from "./verify.ts";

const routes = {
  info: infoCommand,
  tree: treeCommand,
  ls: lsCommand,
  get: getCommand,
  stats: statsCommand,
  create: createCommand,
  set: setCommand,
  copy: copyCommand,
  rechunk: rechunkCommand,
  migrate: migrateCommand,
  removeMetadata: removeMetadataCommand,
  consolidate: consolidateCommand,
  validate: validateCommand,
  verify: verifyCommand,
  pyramid: pyramidCommand,
  serve: serveCommand,
  doctor: doctorCommand,
  bench: benchCommand,
  completion: completionCommand,
} as const;
const usages: ReadonlyMap<string, string> = new Map([
  ["info", infoUsage],
  ["tree", treeUsage],
  ["ls", lsUsage],
  ["get", getUsage],
  ["stats", statsUsage],
  ["create", createUsage],
  ["set", setUsage],
  ["copy", copyUsage],
  ["rechunk", rechunkUsage],
  ["migrate", migrateUsage],
  ["remove-metadata", removeMetadataUsage],
  ["consolidate", consolidateUsage],
  ["validate", validateUsage],
  ["verify", verifyUsage],
  ["pyramid", pyramidUsage],
  ["serve", serveUsage],
  ["doctor", doctorUsage],
  ["bench", benchUsage],
  ["completion", completionUsage],
]);

/** Names of the commands, in the order of the help. */
export const COMMANDS: readonly string[] = [...usages.keys()];

/** The application, as the argument parser knows it. */
export function application(currentVersion: string): Application<CliContext> {
  return buildApplication(
    buildRouteMap({
      routes,
      docs: {
        brief: "Zarr arrays and groups in any store",
        fullDescription: [
          "Zarr arrays and groups in any store: folders, zip archives, HTTP, S3 and more.",
          "",
          "Exit codes: 0 done, 1 failed, 2 misused. `zarrkit <command> --help` shows examples.",
        ].join("\n"),
      },
    }),
    {
      name: "zarrkit",
      scanner: {
        caseStyle: "allow-kebab-for-camel",
        allowArgumentEscapeSequence: true,
        distanceOptions: {
          threshold: 4,
          weights: { insertion: 1, deletion: 3, substitution: 2, transposition: 0 },
        },
      },
      localization: {
        text: {
          ...text_en,
          exceptionWhileLoadingCommandFunction: (error) =>
            `zarrkit: this installation is not whole: ${error instanceof Error ? error.message : String(error)}`,
          exceptionWhileParsingArguments: (error) => `zarrkit: ${misuseText(error)}`,
          noCommandRegisteredForInput: ({ input, corrections }) =>
            `zarrkit: there is no command ${JSON.stringify(input)}${
              corrections.length === 0 ? "" : `; did you mean ${corrections.join(" or ")}?`
            }`,
        },
      },
    },
    {
      help: help({
        brief: "Print help and exit",
        defaultForRouteMap: true,
        formatting: {
          caseStyle: "convert-camel-to-kebab",
          onlyRequiredInUsageLine: true,
          useAliasInUsageLine: false,
        },
      }),
      version: version({ brief: "Print the version and exit", info: { currentVersion } }),
    },
  );
}

/** How a command is called, in one line; of an unknown one, how any is. */
export function usageLine(command: string | undefined): string {
  const usage = command === undefined ? undefined : usages.get(command);
  if (usage === undefined) {
    return `usage: zarrkit ${[...usages.keys()].join("|")} <url> [path] [options] (see zarrkit --help)`;
  }
  return `usage: zarrkit ${command} ${usage} (see zarrkit ${command} --help)`;
}

function misuseText(error: unknown): string {
  if (error instanceof ArgumentScannerError) {
    return formatMessageForArgumentScannerError(error, {
      // What was given is left out: it may be a secret. The parser's message says what is wrong.
      ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, exception }) =>
        `--${name}: ${exception instanceof Error ? exception.message : String(exception)}`,
    });
  }
  return error instanceof Error ? error.message : String(error);
}
