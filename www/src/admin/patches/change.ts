// Changes of one patch that must not overwrite what others have done meanwhile.

import { type Answer, ApiFailure, linesOf } from '../api.js';
import { messageOf } from '../parts/dialog.js';
import type { Session } from '../session.js';
import type { Patch } from '../types.js';
import { compare, sides } from './compare.js';

/** Someone else has changed the patch since it was read. */
export class Overtaken extends Error {
  /** The newer state; `null` when the patch has ended. */
  readonly newer: Answer<Patch> | null;

  constructor(seen: Patch, newer: Answer<Patch> | null) {
    super(newer ? difference(seen, newer.data) : 'Someone else has ended this patch meanwhile.');
    this.name = 'Overtaken';
    this.newer = newer;
  }
}

/** Address of a patch. */
export function pathOf(id: string): string {
  return `/patch/${encodeURIComponent(id)}`;
}

/** Reads a patch; answers `null` when it has ended. */
export async function readPatch(session: Session, id: string): Promise<Answer<Patch> | null> {
  try {
    return await session.api.get<Patch>(pathOf(id));
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return null;
    throw error;
  }
}

/**
 * Sends a change of a patch that applies only to the state that was seen.
 *
 * @throws Overtaken when there is a newer state.
 */
export async function change(
  session: Session,
  seen: Answer<Patch>,
  method: 'PATCH' | 'DELETE',
  body?: Record<string, unknown>,
  path = pathOf(seen.data.id),
): Promise<void> {
  try {
    await session.api.send(method, path, { body, etag: seen.etag });
  } catch (error) {
    if (!(error instanceof ApiFailure) || ![404, 409].includes(error.status)) throw error;
    const newer = await readPatch(session, seen.data.id);
    // A refusal for another reason leaves the revision as it was.
    if (newer && newer.data.revision === seen.data.revision) throw error;
    throw new Overtaken(seen.data, newer);
  }
}

/**
 * Changes patches one by one, each only in the state that was seen: operations of
 * `POST /patch/bulk` name no revision. Answers why some were left as they are.
 */
export async function changeAll(
  session: Session,
  patches: readonly Patch[],
  method: 'PATCH' | 'DELETE',
  body: Record<string, unknown>,
): Promise<string[]> {
  const left: string[] = [];
  for (const patch of patches) {
    try {
      await change(session, { data: patch, etag: `"${patch.revision}"` }, method, body);
    } catch (error) {
      const errors = error instanceof ApiFailure ? linesOf(error.errors) : [];
      left.push([`${patch.name}: ${messageOf(error)}`, ...errors].join(' '));
    }
  }
  return left;
}

/** Saves what is typed into a dialog, again over each newer state that the person was told of. */
export class Editing {
  readonly #session: Session;
  readonly #shown: Answer<Patch>;
  #seen: Answer<Patch>;

  constructor(session: Session, shown: Answer<Patch>) {
    this.#session = session;
    this.#shown = shown;
    this.#seen = shown;
  }

  /** Whether the page behind the dialog is out of date. */
  get isOvertaken(): boolean {
    return this.#seen !== this.#shown;
  }

  /**
   * Changes the patch.
   *
   * @throws Error that tells of a newer state, after which saving again goes over that.
   */
  async save(body: Record<string, unknown>): Promise<void> {
    try {
      await change(this.#session, this.#seen, 'PATCH', body);
    } catch (error) {
      if (!(error instanceof Overtaken) || !error.newer) throw error;
      this.#seen = error.newer;
      throw new Error(`${error.message} Save again to put your values over it.`);
    }
  }
}

function difference(seen: Patch, newer: Patch): string {
  const changed = compare(sides(seen).after, sides(newer).after).filter((row) => row.isChanged);
  const told = changed.map(({ label, after }) => `${label.toLowerCase()} is now “${after}”`);
  if (newer.status !== seen.status) told.push(`it is ${newer.status} now`);
  if (newer.languages.join() !== seen.languages.join()) told.push('its translations differ');
  const what = told.length === 0 ? '' : `: ${told.join('; ')}`;
  return `Nothing was changed, because someone else has changed this patch meanwhile (revision ${newer.revision})${what}.`;
}
