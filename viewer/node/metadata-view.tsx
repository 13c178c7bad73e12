/**
 * What is stored about a node, and what of it means something to the library.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { bytesText, countText, shapeText } from "../app/format.ts";
import type { ArrayFacts, AttributeText, DocumentText, NodeFacts } from "../protocol.ts";

/** Facts, attributes and documents. Whatever a store says is shown as text. */
export function MetadataView({ facts }: { facts: NodeFacts }) {
  return (
    <div class="metadata-view">
      {facts.kind === "array" ? <ArraySummary array={facts} /> : null}
      <section aria-label="Attributes">
        <h3>Attributes</h3>
        {facts.attributes.length === 0 ? (
          <p class="quiet">None.</p>
        ) : (
          <table class="attributes">
            <tbody>
              {facts.attributes.map((attribute) => (
                <Attribute key={attribute.name} attribute={attribute} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {facts.documents.map((document) => (
        <Document key={document.key} document={document} />
      ))}
    </div>
  );
}

function ArraySummary({ array }: { array: ArrayFacts }) {
  const count = array.stored.reduce((product, axis) => product * axis.count, 1);
  const chunkText = (grid: ArrayFacts["read"]): string =>
    grid.map(({ chunk }) => (chunk === undefined ? "varying" : countText(chunk))).join(" × ") || "scalar";
  const rows: readonly (readonly [string, string])[] = [
    ["shape", shapeText(array.shape)],
    ["dimensions", array.dimensionNames.map((name) => name || "–").join(", ") || "none"],
    ["data type", array.dtype],
    ["fill value", array.fillText],
    [
      "size in memory",
      `${bytesText(array.nbytes)} (${countText(array.shape.reduce((a, b) => a * b, 1))} elements)`,
    ],
    ...(array.isSharded ? ([["shards", `${countText(count)} of ${chunkText(array.stored)}`]] as const) : []),
    ["chunks", array.isSharded ? chunkText(array.read) : `${countText(count)} of ${chunkText(array.stored)}`],
    ["codecs", array.codecs.join(", ") || "none"],
    ["Zarr format", String(array.zarrFormat)],
  ];
  return (
    <section aria-label="Array">
      <h3>Array</h3>
      {array.warnings.map((warning) => (
        <p key={warning} class="notice">
          {warning}
        </p>
      ))}
      <dl class="facts-list wide">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const LONG = 400;

function Attribute({ attribute }: { attribute: AttributeText }) {
  const isOpen = useSignal(false);
  const { name, text, isCut } = attribute;
  const isLong = text.length > LONG;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <pre>{isLong && !isOpen.value ? `${text.slice(0, LONG)}…` : text}</pre>
        {isLong ? (
          <button
            type="button"
            class="small"
            aria-expanded={isOpen.value}
            onClick={() => (isOpen.value = !isOpen.value)}
          >
            {isOpen.value ? "Less" : "More"}
          </button>
        ) : null}
        {isCut && (isOpen.value || !isLong) ? <p class="quiet">The rest is left out.</p> : null}
      </td>
    </tr>
  );
}

function Document({ document }: { document: DocumentText }) {
  return (
    <section aria-label={document.key}>
      <h3>
        <code>{document.key}</code>
      </h3>
      <pre class="document" tabIndex={0}>
        <JsonText text={document.text} />
      </pre>
      {document.isCut ? <p class="quiet">The rest of this long document is left out.</p> : null}
    </section>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\b\d[\d.eE+-]*\b|\b(?:true|false|null|NaN|Infinity)\b/g;
const MAX_COLOURED = 60_000;

/** The text as it is stored, names and values told apart by colour. */
function JsonText({ text }: { text: string }) {
  if (text.length > MAX_COLOURED) return <>{text}</>;
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    const [token, string, colon] = match;
    const kind = string === undefined ? "json-value" : colon === undefined ? "json-text" : "json-name";
    parts.push(
      <span key={match.index} class={kind}>
        {string ?? token}
      </span>,
    );
    if (colon !== undefined) parts.push(colon);
    at = match.index + token.length;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}
