/**
 * The tree: which groups are open, and what has been listed.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Place } from "../client/place.ts";
import type { MemberFacts } from "../protocol.ts";

/** What is known of a group's members. */
export interface Listing {
  readonly members: readonly MemberFacts[];
  readonly next: number | undefined;
  readonly note: string | undefined;
  readonly isLoading: boolean;
}

/** A line of the tree as it is seen. */
export type TreeRow =
  | { readonly kind: "node"; readonly depth: number; readonly member: MemberFacts; readonly isOpen: boolean }
  | { readonly kind: "more"; readonly depth: number; readonly path: string; readonly from: number }
  | { readonly kind: "note"; readonly depth: number; readonly path: string; readonly text: string };

/** The tree of a place. */
export class TreeModel {
  readonly place: Place;
  readonly root: MemberFacts;
  readonly listings = signal<ReadonlyMap<string, Listing>>(new Map());
  readonly open = signal<ReadonlySet<string>>(new Set());

  constructor(place: Place, root: MemberFacts) {
    this.place = place;
    this.root = root;
    if (root.kind === "group") this.toggle("", true);
  }

  toggle(path: string, isOpen: boolean): void {
    const next = new Set(this.open.value);
    if (isOpen) next.add(path);
    else next.delete(path);
    this.open.value = next;
    if (isOpen && !this.listings.value.has(path)) void this.more(path);
  }

  /** Opens the groups that a node is in. */
  reveal(path: string): void {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const group = path.slice(0, at);
      if (!this.open.value.has(group)) this.toggle(group, true);
    }
  }

  /** Lists the next members of a group. */
  async more(path: string): Promise<void> {
    const before = this.listings.value.get(path);
    if (before?.isLoading === true) return;
    const members = before?.members ?? [];
    this.#set(path, { members, next: undefined, note: undefined, isLoading: true });
    try {
      const page = await this.place.members(path, before?.next ?? 0);
      this.#set(path, {
        members: [...members, ...page.members],
        next: page.next,
        note: page.note,
        isLoading: false,
      });
    } catch (error) {
      const note = error instanceof Error ? error.message : String(error);
      this.#set(path, { members, next: undefined, note, isLoading: false });
    }
  }

  /** The lines that are seen, from top to bottom. */
  rows(): TreeRow[] {
    const rows: TreeRow[] = [];
    const visit = (member: MemberFacts, depth: number): void => {
      const isOpen = this.open.value.has(member.path);
      rows.push({ kind: "node", depth, member, isOpen });
      if (member.kind !== "group" || !isOpen) return;
      const listing = this.listings.value.get(member.path);
      for (const child of listing?.members ?? []) visit(child, depth + 1);
      const { path } = member;
      if (listing?.isLoading === true) rows.push({ kind: "note", depth: depth + 1, path, text: "Listing …" });
      else if (listing?.note !== undefined)
        rows.push({ kind: "note", depth: depth + 1, path, text: listing.note });
      else if (listing?.members.length === 0)
        rows.push({ kind: "note", depth: depth + 1, path, text: "No members found." });
      if (listing?.next !== undefined)
        rows.push({ kind: "more", depth: depth + 1, path, from: listing.next });
    };
    visit(this.root, 0);
    return rows;
  }

  #set(path: string, listing: Listing): void {
    this.listings.value = new Map(this.listings.value).set(path, listing);
  }
}
