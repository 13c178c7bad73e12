/**
 * Snippets to copy.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { place } from "../app/state.ts";
import type { Picture } from "../image/picture.ts";
import type { NodeFacts } from "../protocol.ts";
import { selectionText, snippetsFor } from "./snippets.ts";
import type { Snippet } from "./snippets.ts";

interface CodeViewProps {
  facts: NodeFacts;
  picture: Picture | undefined;
  /** What was seen of the picture last. */
  ranges: readonly (readonly [start: number, stop: number])[] | undefined;
}

/** The same in three languages. */
export function CodeView({ facts, picture, ranges }: CodeViewProps) {
  const source = place.value?.source;
  if (source === undefined) return null;
  const array = facts.kind === "array" ? facts : picture?.array;
  const selection =
    array === undefined
      ? ""
      : ranges === undefined || picture === undefined
        ? "..."
        : selectionText(array.shape, ranges, picture.axes.value);
  const target = {
    source,
    path: array?.path ?? facts.path,
    kind: array === undefined ? ("group" as const) : ("array" as const),
    selection,
  };
  return (
    <div class="code-view">
      <p>
        {array === undefined
          ? "These open the group."
          : ranges === undefined
            ? "These open the array and read all of it."
            : "These open the array and read what the picture shows."}
      </p>
      {snippetsFor(target).map((snippet) => (
        <CodeBlock key={snippet.name} snippet={snippet} />
      ))}
      {source.kind === "url" ? null : (
        <p class="quiet">
          A page is not told where a dropped file or folder is: put its path in place of the name.
        </p>
      )}
    </div>
  );
}

function CodeBlock({ snippet }: { snippet: Snippet }) {
  const copied = useSignal<"no" | "yes" | "failed">("no");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(snippet.code);
      copied.value = "yes";
    } catch {
      copied.value = "failed"; // a page without HTTPS may not: the text can be selected
    }
    setTimeout(() => (copied.value = "no"), 2000);
  };
  return (
    <section class="snippet" aria-label={snippet.name}>
      <header>
        <h3>{snippet.name}</h3>
        <button type="button" class="small" onClick={() => void copy()}>
          {copied.value === "yes" ? "Copied" : copied.value === "failed" ? "Select and copy" : "Copy"}
        </button>
      </header>
      <pre tabIndex={0} data-language={snippet.language}>
        <code>{snippet.code}</code>
      </pre>
    </section>
  );
}
