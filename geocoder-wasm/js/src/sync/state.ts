// What a device has, as one small file that changes as a whole, and the names of what it names.

import { encodeJson, textOf } from '../bytes.js';
import type { SyncStorage } from './types.js';

/** What answers for a country: a base, and corrections at a position of a feed. */
export interface Held {
  generation: string;
  /** SHA-256 of the base. */
  sha256: string;
  sizeBytes: number;
  /** Lineage of the feed to which `head` belongs. */
  epoch: string;
  head: number;
  /** SHA-256 of the snapshot; null without corrections. */
  state: string | null;
}

/** A country on this device. */
export interface Entry {
  current: Held;
  /** The former base, until a start found the current one good. */
  previous: Held | null;
}

/** The whole state. */
export interface DeviceState {
  format: 1;
  /** Lineage and version of the newest manifest that was seen. */
  epoch: string;
  version: number;
  /** Countries that this device keeps; null while that is all that the server offers. */
  wanted: string[] | null;
  /** Countries that were removed, which options of before do not bring back. */
  removed?: string[];
  countries: Record<string, Entry>;
  /** Bases by country whose download has begun, the newest first. */
  staging: Record<string, string[]>;
}

export const STATE_FILE = 'state.json';
export const PROPOSAL_PREFIX = 'proposal-';
export const baseFile = (sha256: string) => `base-${sha256}`;
export const chunksFile = (sha256: string) => `chunks-${sha256}`;
export const partPrefix = (sha256: string) => `part-${sha256}-`;
export const overlayFile = (sha256: string) => `overlay-${sha256}`;

/**
 * Reads the state, nothing when there is none; a damaged one is as good as none and only costs
 * downloads.
 */
export async function readState(files: SyncStorage): Promise<DeviceState | undefined> {
  const bytes = await files.read(STATE_FILE);
  try {
    const state = JSON.parse(textOf(bytes));
    if (state.format === 1 && isState(state)) return state;
  } catch {
    // As good as none.
  }
  return undefined;
}

/** The state of a device that has nothing yet of what it keeps. */
export function emptyState(wanted: DeviceState['wanted']): DeviceState {
  return { format: 1, epoch: '', version: 0, wanted, countries: {}, staging: {} };
}

/** Puts a state in place of the former one. */
export function writeState(files: SyncStorage, state: DeviceState): Promise<void> {
  return files.write(STATE_FILE, encodeJson(state));
}

/** Files that the state has to name, or they are of no use. */
const OWNED = /^(base|chunks|part|overlay)-/;

/** Removes what a broken off change or a former state has left. */
export async function sweep(files: SyncStorage, state: DeviceState): Promise<void> {
  const kept: string[] = [];
  for (const { current, previous } of Object.values(state.countries)) {
    for (const held of [current, previous]) {
      if (!held) continue;
      kept.push(baseFile(held.sha256), chunksFile(held.sha256));
      if (held.state) kept.push(overlayFile(held.state));
    }
  }
  for (const sha256 of Object.values(state.staging).flat()) {
    kept.push(baseFile(sha256), chunksFile(sha256), partPrefix(sha256));
  }
  for (const { name } of await files.list()) {
    const isKept = kept.some((prefix) => name.startsWith(prefix));
    if (OWNED.test(name) && !isKept) await files.remove(name);
  }
}

function isState(state: DeviceState): boolean {
  const { version, wanted, removed = [], countries, staging } = state;
  const lists = [wanted ?? [], removed, ...Object.values(staging)];
  const entries = Object.values(countries);
  return (
    Number.isSafeInteger(version) &&
    lists.every((list) => list.every(isText)) &&
    entries.every(({ current, previous }) => isHeld(current) && (!previous || isHeld(previous)))
  );
}

function isHeld({ generation, sha256, sizeBytes, epoch, head, state }: Held): boolean {
  return (
    [generation, sha256, epoch].every(isText) &&
    [sizeBytes, head].every(Number.isSafeInteger) &&
    (state === null || isText(state))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
