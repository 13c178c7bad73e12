/**
 * Folders and archives of this machine: dropped on the page, or picked.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { openSource } from "./state.ts";

const isOver = signal(false);
const problem = signal<string | undefined>(undefined);

/** The page, on which things are dropped. */
export function DropTarget({ children }: { children: ComponentChildren }) {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
  return (
    <div
      class="app"
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) isOver.value = false;
      }}
      onDrop={(event) => {
        if (!hasFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        isOver.value = false;
        void attempt(openDropped(event.dataTransfer));
      }}
    >
      {children}
      {isOver.value ? (
        <div class="drop-here" aria-hidden="true">
          Drop a folder or a zip archive
        </div>
      ) : null}
      {problem.value === undefined ? null : (
        <div class="toast" role="alert">
          {problem.value}{" "}
          <button type="button" class="small" onClick={() => (problem.value = undefined)}>
            Close
          </button>
        </div>
      )}
    </div>
  );
}

async function attempt(work: Promise<void>): Promise<void> {
  problem.value = undefined;
  try {
    await work;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return; // the user thought better of it
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** What browsers have and the types of the DOM do not. */
interface DroppedItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

interface PickingWindow {
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
}

/** The items of a drop are there only until the event has been handled: all are taken at once. */
async function openDropped(transfer: DataTransfer): Promise<void> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file") as DroppedItem[]; // whose methods may be missing
  const [first] = items;
  if (first === undefined) return;
  if (items.length > 1) throw new TypeError("Drop one folder or one archive.");
  const entry = first.webkitGetAsEntry();
  const file = first.getAsFile();
  const handle = await first.getAsFileSystemHandle?.();
  if (handle instanceof FileSystemDirectoryHandle)
    await openSource({ kind: "directory", name: handle.name, handle });
  else if (entry?.isDirectory === true) {
    const files = await filesBelow(entry as FileSystemDirectoryEntry); // which it says it is
    await openSource({ kind: "files", name: entry.name, files });
  } else if (file !== null) await openFile(file);
}

async function openFile(file: File): Promise<void> {
  if (!/\.(?:zip|ozx)$/i.test(file.name))
    throw new TypeError(`${file.name} is neither a folder nor a zip archive.`);
  await openSource({ kind: "file", name: file.name, file });
}

/** Lets the user pick a folder. */
export async function pickFolder(): Promise<void> {
  const { showDirectoryPicker } = window as PickingWindow;
  if (showDirectoryPicker !== undefined) {
    await attempt(
      (async () => {
        const handle = await showDirectoryPicker.call(window);
        await openSource({ kind: "directory", name: handle.name, handle });
      })(),
    );
    return;
  }
  const input = fileInput();
  input.webkitdirectory = true;
  input.addEventListener("change", () => {
    const list = [...(input.files ?? [])];
    const name = list[0]?.webkitRelativePath.split("/")[0] ?? "";
    const files = new Map(list.map((file) => [file.webkitRelativePath.slice(name.length + 1), file]));
    if (list.length > 0) void attempt(openSource({ kind: "files", name, files }));
  });
  input.click();
}

/** Lets the user pick an archive. */
export function pickFile(): void {
  const input = fileInput();
  input.accept = ".zip,.ozx";
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file !== undefined) void attempt(openFile(file));
  });
  input.click();
}

function fileInput(): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "file";
  return input;
}

const MAX_FILES = 200_000;

/** All files below a folder, by path. */
async function filesBelow(root: FileSystemDirectoryEntry): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  const visit = async (directory: FileSystemDirectoryEntry, prefix: string): Promise<void> => {
    for (const entry of await entriesOf(directory)) {
      if (files.size >= MAX_FILES) throw new RangeError(`The folder has more than ${MAX_FILES} files.`);
      // The kind of an entry says which of the two it is.
      if (entry.isDirectory) await visit(entry as FileSystemDirectoryEntry, `${prefix}${entry.name}/`);
      else files.set(prefix + entry.name, await fileOf(entry as FileSystemFileEntry));
    }
  };
  await visit(root, "");
  return files;
}

async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
