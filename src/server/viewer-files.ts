/**
 * The files of the viewer, as the package brings them.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import { tryNodeBuiltin } from "../base/platform.ts";

/**
 * Gives a file of the viewer by its name below the viewer's folder, such as `index.html` or `assets/icon.svg`;
 * `undefined` where there is none.
 */
export type ViewerFiles = (name: string) => Promise<Uint8Array | undefined>;

/**
 * The viewer of this package, from its folder on disk: for Node, Deno and Bun. Elsewhere, give `nodeHandler` a function
 * that finds the files of `zarrkit/viewer/` in a way that the runtime has.
 *
 * @param folder - Another folder with the same files. Default: the package's own.
 * @throws UnsupportedError where the runtime has no files.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { nodeHandler, viewerFiles } from "zarrkit/server";
 *
 * const z = await createArray({}, { shape: [4, 4], dtype: "uint8" });
 * const handler = nodeHandler(z, { viewer: viewerFiles() });
 * const headers = { accept: "text/html", "sec-fetch-mode": "navigate" };
 * const page = await handler(new Request("http://localhost/", { headers }));
 * page.headers.get("content-type"); // "text/html; charset=utf-8"
 * ```
 */
export function viewerFiles(folder?: string | URL): ViewerFiles {
  const fs = tryNodeBuiltin("fs/promises");
  const url = tryNodeBuiltin("url");
  const path = tryNodeBuiltin("path");
  if (fs === undefined || url === undefined || path === undefined)
    throw new UnsupportedError(
      "This runtime has no files; give the handler a function that finds those of zarrkit/viewer.",
    );
  // A variable keeps bundlers from taking the folder for a module.
  const here = import.meta.url;
  const root = typeof folder === "string" ? folder : url.fileURLToPath(folder ?? new URL("./viewer/", here));
  return async (name) => {
    if (!/^(?:assets\/)?[\w-]+(?:\.[\w-]+)*$/.test(name)) return undefined;
    try {
      return await fs.readFile(path.join(root, name));
    } catch (error) {
      if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return undefined;
      throw error;
    }
  };
}
