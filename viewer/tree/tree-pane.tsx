/**
 * The tree as a list of lines, for mouse and keyboard.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { bytesText, shapeText } from "../app/format.ts";
import { place, selected, selectNode, titleOf } from "../app/state.ts";
import type { MemberFacts, NodeFacts } from "../protocol.ts";
import { TreeModel } from "./tree-model.ts";
import type { TreeRow } from "./tree-model.ts";

/** The tree of what is open. */
export function TreePane() {
  const at = place.value;
  const root = useSignal<MemberFacts | undefined>(undefined);
  useEffect(() => {
    root.value = undefined;
    if (at === undefined) return;
    const name = titleOf(at.source);
    at.node("").then(
      (facts) => (root.value = rootMember(facts, name)),
      () => (root.value = undefined),
    );
  }, [at]);
  const rootMemberNow = root.value;
  const model = useMemo(
    () => (at === undefined || rootMemberNow === undefined ? undefined : new TreeModel(at, rootMemberNow)),
    [at, rootMemberNow],
  );
  if (at === undefined) return null;
  return (
    <nav class="tree-pane" aria-label="Hierarchy">
      {model === undefined ? <p class="quiet">…</p> : <Tree model={model} />}
      <GoTo />
    </nav>
  );
}

function rootMember(facts: NodeFacts, name: string): MemberFacts {
  if (facts.kind === "group")
    return { kind: "group", path: "", name, isImage: facts.multiscale !== undefined };
  const { shape, dtype, nbytes } = facts;
  return { kind: "array", path: "", name, shape, dtype, nbytes };
}

/** A path may be known where nothing can be listed. */
function GoTo() {
  const text = useSignal("");
  return (
    <form
      class="goto"
      onSubmit={(event) => {
        event.preventDefault();
        void selectNode(text.value.trim().replace(/^\/+|\/+$/g, ""));
      }}
    >
      <input
        type="text"
        aria-label="Path of a node"
        placeholder="path/of/node"
        spellcheck={false}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit">Go</button>
    </form>
  );
}

function Tree({ model }: { model: TreeModel }) {
  const rows = model.rows();
  const focus = useSignal(0);
  const list = useRef<HTMLUListElement>(null);
  const index = Math.min(focus.value, rows.length - 1);
  const current = selected.value.kind === "none" ? undefined : selected.value.path;
  const isGroup = selected.value.kind === "ready" && selected.value.facts.kind === "group";
  useEffect(() => {
    if (current === undefined) return;
    model.reveal(current);
    if (isGroup && !model.open.value.has(current)) model.toggle(current, true);
  }, [model, current, isGroup]);

  const moveTo = (next: number): void => {
    const bounded = Math.max(0, Math.min(rows.length - 1, next));
    focus.value = bounded;
    list.current?.querySelectorAll<HTMLElement>("[role=treeitem]")[bounded]?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    const row = rows[index];
    if (row === undefined) return;
    const isGroup = row.kind === "node" && row.member.kind === "group";
    switch (event.key) {
      case "ArrowDown":
        moveTo(index + 1);
        break;
      case "ArrowUp":
        moveTo(index - 1);
        break;
      case "Home":
        moveTo(0);
        break;
      case "End":
        moveTo(rows.length - 1);
        break;
      case "ArrowRight":
        if (isGroup && !row.isOpen) model.toggle(row.member.path, true);
        else if (isGroup) moveTo(index + 1);
        break;
      case "ArrowLeft":
        if (isGroup && row.isOpen) model.toggle(row.member.path, false);
        else moveTo(rows.findLastIndex((other, i) => i < index && other.depth < row.depth));
        break;
      case "Enter":
      case " ":
        act(model, row);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <ul class="tree" role="tree" aria-label="Nodes" ref={list} onKeyDown={onKey}>
      {rows.map((row, i) => (
        <Row
          key={keyOf(row)}
          row={row}
          model={model}
          isCurrent={row.kind === "node" && row.member.path === current}
          isFocus={i === index}
          onFocus={() => (focus.value = i)}
        />
      ))}
    </ul>
  );
}

function keyOf(row: TreeRow): string {
  return row.kind === "node" ? `node ${row.member.path}` : `${row.kind} ${row.path}`;
}

function act(model: TreeModel, row: TreeRow): void {
  if (row.kind === "more") void model.more(row.path);
  if (row.kind === "node" && row.member.kind !== "broken") void selectNode(row.member.path);
}

interface RowProps {
  row: TreeRow;
  model: TreeModel;
  isCurrent: boolean;
  isFocus: boolean;
  onFocus: () => void;
}

function Row({ row, model, isCurrent, isFocus, onFocus }: RowProps) {
  const common = {
    role: "treeitem" as const,
    "aria-level": row.depth + 1,
    tabIndex: isFocus ? 0 : -1,
    class: `row depth-${Math.min(row.depth, 12)} ${row.kind}${isCurrent ? " current" : ""}`,
    onFocus,
  };
  if (row.kind === "note")
    return (
      <li {...common}>
        <span class="note">{row.text}</span>
      </li>
    );
  if (row.kind === "more")
    return (
      <li {...common} onClick={() => act(model, row)}>
        <span class="more">Show more …</span>
      </li>
    );
  const { member, isOpen } = row;
  const isGroup = member.kind === "group";
  return (
    <li
      {...common}
      {...(isGroup ? { "aria-expanded": isOpen } : {})}
      aria-selected={isCurrent}
      data-path={member.path}
      title={member.message ?? `/${member.path}`}
      onClick={() => act(model, row)}
    >
      {isGroup ? (
        <span
          class="twist"
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            model.toggle(member.path, !isOpen);
          }}
        >
          {isOpen ? "▾" : "▸"}
        </span>
      ) : (
        <span class="twist" aria-hidden="true" />
      )}
      <span class={`icon ${member.kind}${member.isImage === true ? " image" : ""}`} aria-hidden="true" />
      <span class="name">{member.name}</span>
      <span class="facts">{factsOf(member)}</span>
    </li>
  );
}

function factsOf(member: MemberFacts): string {
  if (member.kind === "broken") return "cannot be read";
  if (member.kind === "group") return member.isImage === true ? "image" : "";
  return `${shapeText(member.shape ?? [])} ${member.dtype ?? ""} · ${bytesText(member.nbytes ?? 0)}`;
}
