// What a page of the admin pages is, and what it gets from the frame around it.

import type { Session } from './session.js';
import type { Key } from './types.js';

/** Something to tell the person. */
export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly text: string;
  /** What is listed below the text. */
  readonly more?: readonly string[];
}

/** Where a page is: `#/section/id?filters`. */
export interface Route {
  readonly section: string;
  /** The object that is shown; empty for lists. */
  readonly id: string;
  readonly filters: URLSearchParams;
}

/** What the frame gives to a page. */
export interface Context {
  readonly session: Session;
  readonly route: Route;
  /** Loads the page again, telling what happened. */
  refresh(notice?: Notice): Promise<void>;
  /** Goes to another page, telling what happened. */
  go(hash: string, notice?: Notice): void;
  /** Tells what went wrong, and leaves when the key is not taken any more. */
  fail(error: unknown): void;
  /** Goes on with the key that has taken the place of the one signed in. */
  changeKey(key: Key): void;
}

/** A list that could not be loaded, with the heading and filters above it, which stay. */
export class ListFailure extends Error {
  readonly reason: unknown;
  readonly head: readonly Node[];

  constructor(reason: unknown, head: readonly Node[]) {
    super('the list could not be loaded');
    this.name = 'ListFailure';
    this.reason = reason;
    this.head = head;
  }
}

/**
 * Loads what is shown below the heading and filters of a list.
 *
 * @throws ListFailure when that fails.
 */
export async function loadBelow<T>(head: readonly Node[], loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    throw new ListFailure(error, head);
  }
}

/** A page that is ready to be shown. */
export interface View {
  readonly title: string;
  readonly nodes: readonly Node[];
  /** Called when the nodes are in the document. */
  readonly mounted?: () => void;
}

/** Loads a page. */
export type Loader = (context: Context) => Promise<View>;

/** Writes an address of a page, leaving out empty filters. */
export function hashOf(section: string, id = '', filters: Record<string, string> = {}): string {
  const kept = Object.entries(filters).filter(([, value]) => value !== '');
  const query = new URLSearchParams(kept).toString();
  return `#/${section}${id && `/${encodeURIComponent(id)}`}${query && `?${query}`}`;
}

/** Reads an address of a page. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [section = '', id = ''] = path.split('/', 2);
  return { section, id: decode(id), filters: new URLSearchParams(query) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
