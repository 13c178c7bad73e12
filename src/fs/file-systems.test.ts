/** What every file system does alike, on all that need no service and on the embedded servers. */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  StoreError,
  UnsupportedError,
} from "../base/errors.ts";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import type { AbstractFileSystem } from "./abstract-file-system.ts";
import { HTTPFileSystem } from "./http-file-system.ts";
import { LocalFileSystem } from "./local-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";
import { S3FileSystem } from "./s3-file-system.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

interface Case {
  readonly name: string;
  make(): Promise<{ fs: AbstractFileSystem; root: string; close(): Promise<void> }>;
}

const CASES: Case[] = [
  {
    name: "memory",
    make: async () => ({
      fs: new MemoryFileSystem({ store: new Map() }),
      root: "/root",
      close: async () => {},
    }),
  },
  {
    name: "local",
    make: async () => {
      const root = await mkdtemp(`${tmpdir()}/zarrkit-fs-`);
      return { fs: new LocalFileSystem(), root, close: () => rm(root, { recursive: true }) };
    },
  },
  {
    name: "s3",
    make: async () => {
      const server = await startS3({ buckets: { b: {} }, credentials: { k: "s" } });
      const fs = new S3FileSystem({ key: "k", secret: "s", endpointUrl: server.url });
      return { fs, root: "b/root", close: () => server.close() };
    },
  },
];

describe.each(CASES)("$name", ({ make }) => {
  let fs: AbstractFileSystem;
  let root: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ fs, root, close } = await make());
    await fs.pipeFile(`${root}/a/one`, bytes(1, 2, 3, 4));
    await fs.pipeFile(`${root}/a/b/two #%`, bytes(5));
    await fs.pipeFile(`${root}/a-sibling/x`, bytes(7));
    await fs.pipeFile(`${root}/empty`, bytes());
  });
  afterAll(() => close());

  test("reads files and ranges", async () => {
    const path = `${root}/a/one`;
    expect(await fs.catFile(path)).toEqual(bytes(1, 2, 3, 4));
    for (const [start, end, expected] of [
      [1, 3, [2, 3]],
      [2, undefined, [3, 4]],
      [-1, undefined, [4]],
      [-9, undefined, [1, 2, 3, 4]],
      [3, 9, [4]],
      [9, 12, []],
      [2, 2, []],
      [-3, -1, [2, 3]],
    ] as const)
      expect(await fs.catFile(path, { start, end })).toEqual(bytes(...expected));
    expect(await fs.catFile(`${root}/empty`)).toEqual(bytes());
  });

  test("tells files, directories and nothing apart", async () => {
    expect(await fs.info(`${root}/a/one`)).toMatchObject({ name: `${root}/a/one`, size: 4, type: "file" });
    expect(await fs.info(`${root}/a`)).toMatchObject({ name: `${root}/a`, size: null, type: "directory" });
    await expect(fs.info(`${root}/none`)).rejects.toBeInstanceOf(FileNotFoundError);
    await expect(fs.catFile(`${root}/none`)).rejects.toBeInstanceOf(FileNotFoundError);
    expect(await Promise.all([fs.exists(`${root}/a`), fs.exists(`${root}/none`)])).toEqual([true, false]);
    expect(await Promise.all([fs.isFile(`${root}/a/one`), fs.isFile(`${root}/a`)])).toEqual([true, false]);
    expect(await Promise.all([fs.isDir(`${root}/a/one`), fs.isDir(`${root}/a`)])).toEqual([false, true]);
    expect(await fs.exists(`${root}/a/one/below-a-file`)).toBe(false);
  });

  test("lists children, and all below", async () => {
    expect(await fs.ls(`${root}/a`, { detail: false })).toEqual([`${root}/a/b`, `${root}/a/one`]);
    expect((await fs.ls(root)).map(({ type }) => type)).toEqual(["directory", "directory", "file"]);
    expect(await fs.ls(`${root}/a/one`, { detail: false })).toEqual([`${root}/a/one`]);
    await expect(fs.ls(`${root}/none`)).rejects.toBeInstanceOf(FileNotFoundError);
    expect(await fs.find(`${root}/a`)).toEqual([`${root}/a/b/two #%`, `${root}/a/one`]);
    expect(await fs.find(`${root}/a`, { maxDepth: 1 })).toEqual([`${root}/a/one`]);
    expect(await fs.find(`${root}/a`, { withDirs: true })).toContain(`${root}/a/b`);
    expect(await fs.find(`${root}/a/one`)).toEqual([`${root}/a/one`]);
    expect(await fs.find(`${root}/none`)).toEqual([]);
    const prefixed: string[] = [];
    for await (const { name } of fs.iterPrefix(root, "a-s")) prefixed.push(name);
    expect(prefixed).toEqual([`${root}/a-sibling/x`]);
  });

  test("catRanges keeps the order and puts errors in their place", async () => {
    const one = `${root}/a/one`;
    const results = await fs.catRanges([one, `${root}/none`, one], [0, 0, 2], 3);
    expect(results[0]).toEqual(bytes(1, 2, 3));
    expect(results[1]).toBeInstanceOf(FileNotFoundError);
    expect(results[2]).toEqual(bytes(3));
    await expect(fs.catRanges([`${root}/none`], 0, 1, { onError: "raise" })).rejects.toBeInstanceOf(
      FileNotFoundError,
    );
    await expect(fs.catRanges([one], [0, 1], 1)).rejects.toBeInstanceOf(RangeError);
    expect(await fs.catRanges([])).toEqual([]);
  });

  test("creates only what is not there; of sixteen, one", async () => {
    const path = `${root}/new/${Math.random()}`;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, writer) => fs.pipeFile(path, bytes(writer), { mode: "create" })),
    );
    const winners = outcomes.flatMap((outcome, writer) => (outcome.status === "fulfilled" ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(await fs.catFile(path)).toEqual(bytes(winners[0]!));
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(FileExistsError);
    await fs.pipeFile(path, bytes(99));
    expect(await fs.catFile(path)).toEqual(bytes(99));
    expect(await fs.find(`${root}/new`)).toEqual([path]); // no temporary file stays
  });

  test("deletes files, directories, and what lies below", async () => {
    await fs.pipeFile(`${root}/d/x`, bytes(1));
    await fs.pipeFile(`${root}/d/e/y`, bytes(1));
    await fs.pipeFile(`${root}/d-2`, bytes(1));
    await expect(fs.rm(`${root}/d`)).rejects.toBeInstanceOf(IsADirectoryError);
    await fs.rm(`${root}/d`, { recursive: true });
    expect(await fs.exists(`${root}/d`)).toBe(false);
    await fs.rmBelow(`${root}/d`);
    await fs.rm(`${root}/d-2`);
    await expect(fs.rm(`${root}/d-2`)).rejects.toBeInstanceOf(FileNotFoundError);
  });

  test("stores a copy", async () => {
    const value = bytes(1, 2);
    await fs.pipeFile(`${root}/copy`, value);
    value[0] = 9;
    expect(await fs.catFile(`${root}/copy`)).toEqual(bytes(1, 2));
    await fs.rm(`${root}/copy`);
  });

  test("an aborted signal stops each operation before it begins", async () => {
    const signal = AbortSignal.abort("stop");
    const path = `${root}/a/one`;
    const collect = async (): Promise<void> => {
      for await (const info of fs.iterFind(root, { signal })) expect(info).toBeUndefined();
    };
    for (const operation of [
      () => fs.catFile(path, { signal }),
      () => fs.info(path, { signal }),
      () => fs.ls(root, { signal }),
      () => fs.pipeFile(path, bytes(), { signal }),
      () => fs.rm(path, { signal }),
      () => fs.catRanges([path], 0, 1, { signal }),
      collect,
    ])
      await expect(operation()).rejects.toBe("stop");
    expect(await fs.catFile(path)).toEqual(bytes(1, 2, 3, 4));
  });

  test("join and relative undo each other", () => {
    for (const key of ["a", "a/b c", "#%20?"]) expect(fs.relative(root, fs.join(root, key))).toBe(key);
    expect(fs.relative(`${root}/a`, `${root}/ab`)).toBeUndefined();
  });
});

test("memory file systems share their files unless they have their own", async () => {
  const own = new MemoryFileSystem({ store: new Map() });
  await new MemoryFileSystem().pipeFile("memory://shared/x", bytes(1));
  expect(await new MemoryFileSystem().catFile("/shared/x")).toEqual(bytes(1));
  expect(await own.exists("/shared/x")).toBe(false);
  expect(own.location("/x")).not.toBe(new MemoryFileSystem().location("/x"));
  await new MemoryFileSystem().rm("/shared", { recursive: true });
});

test("local: no directory is made when auto_mkdir is off; links to nowhere are passed over", async () => {
  const root = await mkdtemp(`${tmpdir()}/zarrkit-fs-`);
  try {
    const fs = new LocalFileSystem({ auto_mkdir: false });
    await expect(fs.pipeFile(`${root}/a/b`, bytes(1))).rejects.toBeInstanceOf(FileNotFoundError);
    await symlink("nowhere", `${root}/broken`);
    await symlink(root, `${root}/circle`);
    await writeFile(`${root}/v.0123456789abcdef0123456789abcdef.partial`, "half");
    await fs.pipeFile(`${root}/x`, bytes(1));
    expect(await fs.find(root)).toEqual([`${root}/x`]);
    await expect(fs.catFile(`${root}/x/y`)).rejects.toBeInstanceOf(NotADirectoryError);
    await expect(fs.catFile(root)).rejects.toBeInstanceOf(IsADirectoryError);
    expect(await new LocalFileSystem().catFile(`file://${root}/x`)).toEqual(bytes(1));
  } finally {
    await rm(root, { recursive: true });
  }
});

describe("http", () => {
  const files = { "/z/a/one": "1234", "/z/a/b/two #%": "5", "/z/.zgroup": "{}", "/z/ü": "u" };

  test("lists by links, walks, and tells a directory from a file", async () => {
    const server = await startHttp({ files, behaviour: { listings: true } });
    const fs = new HTTPFileSystem();
    const root = `${server.url}/z`;
    expect(await fs.ls(root, { detail: false })).toEqual(
      ["%C3%BC", ".zgroup", "a"].map((name) => `${root}/${name}`),
    );
    expect(await fs.find(root)).toEqual(
      ["%C3%BC", ".zgroup", "a/b/two%20%23%25", "a/one"].map((name) => `${root}/${name}`),
    );
    expect(fs.relative(root, `${root}/a/b/two%20%23%25`)).toBe("a/b/two #%");
    expect(await fs.info(`${root}/a`)).toMatchObject({ type: "directory" });
    expect(await fs.info(`${root}/a/`)).toMatchObject({ type: "directory" });
    expect(await fs.isFile(`${root}/a`)).toBe(false);
    await expect(fs.catFile(`${root}/a`)).rejects.toBeInstanceOf(IsADirectoryError);
    await expect(fs.ls(`${root}/none`)).rejects.toBeInstanceOf(FileNotFoundError);
    await server.close();
  });

  test("a server that makes no listings cannot be listed, which is said", async () => {
    const server = await startHttp({ files });
    const fs = new HTTPFileSystem();
    await expect(fs.ls(`${server.url}/z`)).rejects.toBeInstanceOf(UnsupportedError);
    await expect(fs.find(`${server.url}/z`)).rejects.toBeInstanceOf(UnsupportedError);
    await server.close();
  });

  test("keys are encoded once and go before the query of a signed URL", async () => {
    const server = await startHttp({ files: { "/a b/c#d %20/e": "x" } });
    const fs = new HTTPFileSystem();
    const path = fs.join(`${server.url}/a%20b/?sig=a%2Fb#frag`, "c#d %20/e");
    expect(path).toBe(`${server.url}/a%20b/c%23d%20%2520/e?sig=a%2Fb`);
    expect(new TextDecoder().decode(await fs.catFile(path))).toBe("x");
    expect(server.requests[0]!.url).toBe("/a%20b/c%23d%20%2520/e?sig=a%2Fb");
    expect(() => fs.join(server.url, "../x")).toThrow(/'\.\.'/);
    await server.close();
  });

  test("headers, also from a function, go with each request and are told to nobody", async () => {
    const server = await startHttp({ files: { "/f": "x" } });
    let asked = 0;
    const fs = new HTTPFileSystem({
      headers: async () => ({ Authorization: `Bearer ${++asked}` }),
      client_kwargs: { headers: { "X-Fixed": "fixed" } },
    });
    await fs.catFile(`${server.url}/f`);
    await fs.info(`${server.url}/f`);
    expect(server.requests.map(({ headers }) => [headers.authorization, headers["x-fixed"]])).toEqual([
      ["Bearer 1", "fixed"],
      ["Bearer 2", "fixed"],
    ]);
    expect(fs.getOptions()).toEqual({});
    await server.close();
  });

  test("a user and password in the URL become basic authentication, and no error tells them", async () => {
    const server = await startHttp({ files, behaviour: { listings: true } });
    const fs = new HTTPFileSystem();
    const root = `${server.url.replace("//", "//me:p%40ss@")}/z`;
    expect(new TextDecoder().decode(await fs.catFile(`${root}/a/one`, { start: -2 }))).toBe("34");
    expect(await fs.find(`${root}/a`)).toEqual([`${root}/a/b/two%20%23%25`, `${root}/a/one`]);
    const sent = `Basic ${btoa("me:p@ss")}`;
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([sent]));
    const token = new HTTPFileSystem({ headers: { Authorization: "Bearer t" } });
    await token.catFile(`${root}/a/one`);
    expect(server.requests.at(-1)!.headers.authorization).toBe("Bearer t");
    const missing = await fs.catFile(`${root}/none`).catch((error: unknown) => error);
    await server.close();
    const closed = await new HTTPFileSystem({ requestPolicy: { maxAttempts: 1 } })
      .catFile(`${root}/a/one`)
      .catch((error: unknown) => error);
    for (const error of [missing, closed]) {
      expect(error).toBeInstanceOf(StoreError);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/p%40ss|p@ss/);
    }
  });

  test("it is read-only", async () => {
    const fs = new HTTPFileSystem();
    expect(fs.supportsWrites).toBe(false);
    await expect(fs.pipeFile("http://h.test/f", bytes(1))).rejects.toBeInstanceOf(UnsupportedError);
    await expect(fs.rmFile("http://h.test/f")).rejects.toBeInstanceOf(UnsupportedError);
  });
});
