/**
 * The page.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { NodePane } from "../node/node-pane.tsx";
import { TreePane } from "../tree/tree-pane.tsx";
import { DropTarget, pickFolder, pickFile } from "./drop.tsx";
import { Header } from "./header.tsx";
import { place } from "./state.ts";

/** Header, tree, node; or what to do first. */
export function App() {
  const isTreeShown = useSignal(true);
  const at = place.value;
  useEffect(() => {
    document.title = at === undefined ? "zarrkit viewer" : `${titleText()} – zarrkit`;
  }, [at]);
  return (
    <DropTarget>
      <Header isTreeShown={isTreeShown} />
      {at === undefined ? (
        <Welcome />
      ) : (
        <div class={`body${isTreeShown.value ? "" : " without-tree"}`}>
          {isTreeShown.value ? <TreePane /> : null}
          <NodePane />
        </div>
      )}
    </DropTarget>
  );
}

function titleText(): string {
  const source = place.value?.source;
  return source === undefined ? "" : source.kind === "url" ? source.url : source.name;
}

function Welcome() {
  return (
    <main class="welcome">
      <h1>Look into Zarr</h1>
      <p>
        Open an array or group by its URL above, or drop a folder or a zip archive on this page. Nothing is
        uploaded: data are read and decoded in this browser.
      </p>
      <div class="buttons">
        <button type="button" onClick={() => void pickFolder()}>
          Open a folder …
        </button>
        <button type="button" onClick={() => pickFile()}>
          Open a zip archive …
        </button>
      </div>
      <dl class="hints">
        <div>
          <dt>Web</dt>
          <dd>
            <code>https://host/data.zarr</code> – the server must allow other pages to read (CORS)
          </dd>
        </div>
        <div>
          <dt>Buckets</dt>
          <dd>
            <code>s3://bucket/data.zarr</code>, <code>gs://…</code>, public ones without keys
          </dd>
        </div>
        <div>
          <dt>Archives</dt>
          <dd>
            <code>https://host/data.zarr.zip</code> – read by ranges, not downloaded
          </dd>
        </div>
        <div>
          <dt>This machine</dt>
          <dd>
            <code>zarrkit serve data.zarr</code> shows this page for any array or group
          </dd>
        </div>
      </dl>
    </main>
  );
}
