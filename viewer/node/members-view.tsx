/**
 * The members of a group as a table.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { bytesText, shapeText } from "../app/format.ts";
import { selectNode } from "../app/state.ts";
import type { Place } from "../client/place.ts";
import type { GroupFacts, MemberFacts } from "../protocol.ts";

/** What is in a group, a page at a time. */
export function MembersView({ group, place }: { group: GroupFacts; place: Place }) {
  const members = useSignal<readonly MemberFacts[]>([]);
  const next = useSignal<number | undefined>(0);
  const note = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const more = async (from: number): Promise<void> => {
    isBusy.value = true;
    try {
      const page = await place.members(group.path, from);
      members.value = [...(from === 0 ? [] : members.value), ...page.members];
      next.value = page.next;
      note.value = page.note;
    } catch (error) {
      note.value = error instanceof Error ? error.message : String(error);
      next.value = undefined;
    }
    isBusy.value = false;
  };
  useEffect(() => void more(0), [group, place]);
  return (
    <div class="members-view">
      {note.value === undefined ? null : <p class="notice">{note.value}</p>}
      {members.value.length === 0 && !isBusy.value && note.value === undefined ? (
        <p class="quiet">
          This group has no members, or none that can be found by listing. A path can be typed below the tree.
        </p>
      ) : (
        <table class="members">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Shape</th>
              <th scope="col">Data type</th>
              <th scope="col">Size in memory</th>
            </tr>
          </thead>
          <tbody>
            {members.value.map((member) => (
              <tr key={member.path}>
                <td>
                  {member.kind === "broken" ? (
                    <span title={member.message}>{member.name}</span>
                  ) : (
                    <button type="button" class="link" onClick={() => void selectNode(member.path)}>
                      {member.name}
                      {member.kind === "group" ? "/" : ""}
                    </button>
                  )}
                </td>
                {member.kind === "array" ? (
                  <>
                    <td>{shapeText(member.shape ?? [])}</td>
                    <td>{member.dtype}</td>
                    <td class="number">{bytesText(member.nbytes ?? 0)}</td>
                  </>
                ) : (
                  <td colSpan={3} class="quiet">
                    {member.kind === "group"
                      ? member.isImage === true
                        ? "multiscale image"
                        : "group"
                      : `cannot be read: ${member.message ?? ""}`}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isBusy.value ? <p class="quiet">Listing …</p> : null}
      {next.value === undefined || next.value === 0 || isBusy.value ? null : (
        <button type="button" onClick={() => void more(next.value ?? 0)}>
          Show more
        </button>
      )}
    </div>
  );
}
