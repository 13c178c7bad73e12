/**
 * What is open, opening something else, and the colours of the page.
 *
 * @module
 */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { pickFile, pickFolder } from "./drop.tsx";
import { defaultOptions, parseOptions } from "./location.ts";
import { openSource, place } from "./state.ts";
import type { ThemeChoice } from "./theme.ts";
import { themeChoice } from "./theme.ts";

/** The line at the top. */
export function Header({ isTreeShown }: { isTreeShown: Signal<boolean> }) {
  return (
    <header class="top" role="banner">
      {place.value === undefined ? null : (
        <button
          type="button"
          class="icon-button"
          aria-label="Hierarchy"
          aria-pressed={isTreeShown.value}
          title="Show or hide the hierarchy"
          onClick={() => (isTreeShown.value = !isTreeShown.value)}
        >
          ☰
        </button>
      )}
      <span class="brand">zarrkit</span>
      <OpenForm />
      <div class="buttons">
        <button type="button" title="Open a folder of this machine" onClick={() => void pickFolder()}>
          Folder …
        </button>
        <button type="button" title="Open a zip archive of this machine" onClick={() => pickFile()}>
          Zip …
        </button>
      </div>
      <label class="theme">
        <span class="visually-hidden">Colours of the page</span>
        <select
          value={themeChoice.value}
          onChange={(event) => {
            const { value } = event.currentTarget;
            themeChoice.value = (
              value === "light" || value === "dark" ? value : "auto"
            ) satisfies ThemeChoice;
          }}
        >
          <option value="auto">System</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </header>
  );
}

function OpenForm() {
  const url = useSignal("");
  const options = useSignal("");
  const problem = useSignal<string | undefined>(undefined);
  const source = place.value?.source;
  useEffect(() => {
    url.value = source?.kind === "url" ? source.url : "";
    options.value =
      source?.kind === "url"
        ? Object.entries(source.storageOptions)
            .map(([name, value]) => `${name}=${String(value)}`)
            .join(" ")
        : "";
  }, [source]);
  const isBucket = /^[a-z][a-z0-9+.-]*:\/\//i.test(url.value) && !/^https?:/i.test(url.value);
  return (
    <form
      class="open-form"
      role="search"
      aria-label="Open"
      onSubmit={(event) => {
        event.preventDefault();
        const text = url.value.trim();
        problem.value = undefined;
        if (text === "") return;
        if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) {
          problem.value = "A page opens URLs, such as https://… or s3://…; drop a local folder on it.";
          return;
        }
        try {
          const storageOptions = defaultOptions(text, parseOptions(options.value));
          void openSource({ kind: "url", url: text, storageOptions });
        } catch (error) {
          problem.value = error instanceof Error ? error.message : String(error);
        }
      }}
    >
      <input
        type="text"
        inputMode="url"
        name="url"
        aria-label="URL of an array, group or archive"
        placeholder="https://… or s3://bucket/data.zarr"
        spellcheck={false}
        autocomplete="off"
        value={url.value}
        onInput={(event) => (url.value = event.currentTarget.value)}
      />
      {isBucket ? (
        <input
          type="text"
          class="options"
          aria-label="Storage options"
          placeholder="anon=true"
          spellcheck={false}
          autocomplete="off"
          value={options.value}
          onInput={(event) => (options.value = event.currentTarget.value)}
        />
      ) : null}
      <button type="submit" class="primary">
        Open
      </button>
      {problem.value === undefined ? null : (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </form>
  );
}
