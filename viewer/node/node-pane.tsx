/**
 * A node: its name, and tabs for what can be seen of it.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { bytesText, shapeText } from "../app/format.ts";
import { chooseTab, place, selected, selectNode, tab } from "../app/state.ts";
import type { Tab } from "../app/state.ts";
import { ChunksView } from "../chunks/chunks-view.tsx";
import type { Place } from "../client/place.ts";
import { CodeView } from "../code/code-view.tsx";
import { ImageView } from "../image/image-view.tsx";
import { multiscaleLevels, singleLevel } from "../image/levels.ts";
import { Picture } from "../image/picture.ts";
import { PlotView } from "../plot/plot-view.tsx";
import type { ArrayFacts, NodeFacts } from "../protocol.ts";
import { ValuesView } from "../values/values-view.tsx";
import { MembersView } from "./members-view.tsx";
import { MetadataView } from "./metadata-view.tsx";

const LABELS: Record<Tab, string> = {
  image: "Image",
  plot: "Plot",
  values: "Values",
  chunks: "Chunks",
  members: "Members",
  metadata: "Metadata",
  code: "Code",
};

/** The selected node. */
export function NodePane() {
  const state = selected.value;
  const at = place.value;
  if (state.kind === "none" || at === undefined) return null;
  if (state.kind === "loading")
    return (
      <main class="node-pane" aria-busy="true">
        <p class="quiet loading">Opening …</p>
      </main>
    );
  if (state.kind === "failed")
    return (
      <main class="node-pane">
        <div class="notice error" role="alert">
          <strong>This could not be opened.</strong> {state.message}
          {state.hint === undefined ? null : <p>{state.hint}</p>}
          <p>
            <button type="button" onClick={() => void selectNode(state.path)}>
              Try again
            </button>
          </p>
        </div>
      </main>
    );
  return <Node key={state.path} facts={state.facts} place={at} />;
}

function Node({ facts, place }: { facts: NodeFacts; place: Place }) {
  const picture = usePicture(facts, place);
  const tabs = tabsOf(facts, picture.value);
  const chosen = tab.value !== undefined && tabs.includes(tab.value) ? tab.value : tabs[0]!;
  const ranges = useRanges(picture.value);
  return (
    <main class="node-pane">
      <header class="node-head">
        <Breadcrumbs facts={facts} />
        <p class="node-facts">{headFacts(facts)}</p>
        {picture.problem === undefined ? null : <p class="notice error">{picture.problem}</p>}
      </header>
      <Tabs tabs={tabs} chosen={chosen} />
      <section class="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${chosen}`}>
        {picture.isLoading ? (
          <p class="quiet loading">Opening …</p>
        ) : (
          panelOf(chosen, facts, place, picture.value, ranges)
        )}
      </section>
    </main>
  );
}

function panelOf(
  chosen: Tab,
  facts: NodeFacts,
  place: Place,
  picture: Picture | undefined,
  ranges: ReturnType<typeof useRanges>,
): ComponentChildren {
  const array = facts.kind === "array" ? facts : picture?.array;
  switch (chosen) {
    case "image":
      return picture === undefined ? null : <ImageView picture={picture} place={place} />;
    case "plot":
      return array === undefined ? null : <PlotView array={array} place={place} picture={picture} />;
    case "values":
      return array === undefined ? null : <ValuesView array={array} place={place} picture={picture} />;
    case "chunks":
      return array === undefined ? null : <ChunksView array={array} place={place} />;
    case "members":
      return facts.kind === "group" ? <MembersView group={facts} place={place} /> : null;
    case "metadata":
      return <MetadataView facts={facts} />;
    case "code":
      return <CodeView facts={facts} picture={picture} ranges={ranges()} />;
    default:
      throw chosen satisfies never;
  }
}

function isNumeric(array: ArrayFacts): boolean {
  if (array.valueKind === "text") return false;
  return array.valueKind !== "record" || array.fields.some(({ kind }) => kind !== "text");
}

function hasPicture(array: ArrayFacts): boolean {
  return isNumeric(array) && array.shape.length >= 2 && !array.shape.includes(0);
}

function tabsOf(facts: NodeFacts, picture: Picture | undefined): readonly Tab[] {
  if (facts.kind === "group")
    return [
      ...(picture === undefined ? [] : (["image", "plot", "values"] as const)),
      "members",
      "metadata",
      "code",
    ];
  const isLine = isNumeric(facts) && facts.shape.length >= 1 && !facts.shape.includes(0);
  const hasValues = !facts.shape.includes(0);
  return [
    ...(hasPicture(facts) ? (["image"] as const) : []),
    ...(isLine ? (["plot"] as const) : []),
    ...(hasValues ? (["values"] as const) : []),
    "chunks",
    "metadata",
    "code",
  ];
}

interface PictureState {
  readonly value: Picture | undefined;
  readonly isLoading: boolean;
  readonly problem: string | undefined;
}

/** The picture of an array, or of the levels of a multiscale, which are opened first. */
function usePicture(facts: NodeFacts, place: Place): PictureState {
  const isMultiscale = facts.kind === "group" && facts.multiscale !== undefined;
  const state = useSignal<PictureState>({ value: undefined, isLoading: isMultiscale, problem: undefined });
  const own = useMemo(
    () => (facts.kind === "array" && hasPicture(facts) ? new Picture(singleLevel(facts)) : undefined),
    [facts],
  );
  useEffect(() => {
    let isGone = false;
    const set = (next: PictureState): void => {
      if (!isGone) state.value = next;
    };
    if (facts.kind === "group" && facts.multiscale !== undefined) {
      const { multiscale } = facts;
      const prefix = facts.path === "" ? "" : `${facts.path}/`;
      Promise.all(multiscale.levels.map(({ path }) => place.arrayAt(prefix + path))).then(
        (arrays) => {
          try {
            const levels = multiscaleLevels(multiscale, arrays);
            const first = levels[0]!.array; // there is a level, or that was an error
            const value = hasPicture(first) ? new Picture(levels, multiscale) : undefined;
            set({ value, isLoading: false, problem: undefined });
          } catch (error) {
            set({ value: undefined, isLoading: false, problem: textOf(error) });
          }
        },
        (error: unknown) => set({ value: undefined, isLoading: false, problem: textOf(error) }),
      );
    }
    return () => {
      isGone = true;
    };
  }, [facts, place]);
  const picture = own ?? state.value.value;
  useEffect(() => {
    if (picture === undefined) return undefined;
    if (picture.multiscale !== undefined) return undefined; // its axes are measured, not listed
    // The picture comes first.
    const timer = setTimeout(() => {
      place.coordinates(picture.array.path).then(
        (found) => (picture.coordinates.value = found),
        () => {}, // they are a help, no more
      );
    }, 300);
    return () => clearTimeout(timer);
  }, [picture, place]);
  return own === undefined ? state.value : { value: own, isLoading: false, problem: undefined };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What of the picture was seen last, also when its tab is no longer shown. */
function useRanges(
  picture: Picture | undefined,
): () => readonly (readonly [start: number, stop: number])[] | undefined {
  return () => picture?.seen;
}

function headFacts(facts: NodeFacts): string {
  if (facts.kind === "array") {
    const units = facts.convention.units === undefined ? "" : ` · ${facts.convention.units}`;
    return `${shapeText(facts.shape)} · ${facts.dtype} · ${bytesText(facts.nbytes)}${units}`;
  }
  const { multiscale, isConsolidated } = facts;
  const image =
    multiscale === undefined
      ? ""
      : ` · OME-Zarr ${multiscale.version ?? ""} image, ${multiscale.levels.length} levels`;
  return `group · Zarr ${facts.zarrFormat}${isConsolidated ? " · consolidated metadata" : ""}${image}`;
}

function Breadcrumbs({ facts }: { facts: NodeFacts }) {
  const segments = facts.path === "" ? [] : facts.path.split("/");
  return (
    <h1 class="crumbs">
      <button type="button" class="link" aria-label="Root" onClick={() => void selectNode("")}>
        /
      </button>
      {segments.map((segment, i) => {
        const path = segments.slice(0, i + 1).join("/");
        const isLast = i === segments.length - 1;
        return (
          <span key={path}>
            {isLast ? (
              <span>{segment}</span>
            ) : (
              <button type="button" class="link" onClick={() => void selectNode(path)}>
                {segment}
              </button>
            )}
            {isLast ? "" : " / "}
          </span>
        );
      })}
    </h1>
  );
}

function Tabs({ tabs, chosen }: { tabs: readonly Tab[]; chosen: Tab }) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const index = tabs.indexOf(chosen);
    const next =
      event.key === "ArrowRight"
        ? tabs[(index + 1) % tabs.length]
        : event.key === "ArrowLeft"
          ? tabs[(index + tabs.length - 1) % tabs.length]
          : event.key === "Home"
            ? tabs[0]
            : event.key === "End"
              ? tabs.at(-1)
              : undefined;
    if (next === undefined) return;
    event.preventDefault();
    chooseTab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={onKeyDown}>
      {tabs.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === chosen}
          aria-controls="panel"
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => chooseTab(name)}
        >
          {LABELS[name]}
        </button>
      ))}
    </div>
  );
}
