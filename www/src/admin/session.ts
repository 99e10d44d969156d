// Signing in: checks a token, and keeps it in memory or, when asked to, until the tab is closed.

import { Api, ApiFailure } from './api.js';
import type { Key } from './types.js';

/** Name in the session storage, which ends with the tab. */
const STORED_TOKEN = 'hereabouts.admin.token';
const TOKEN = /^[\x21-\x7e]{1,200}$/;
const PAGE_SCOPES = ['keys:read', 'patches:read', 'audit:read'];

/** A person who signed in. */
export class Session {
  readonly api: Api;
  readonly key: Key;

  constructor(api: Api, key: Key) {
    this.api = api;
    this.key = key;
  }

  /** Whether the key has all of these permissions. */
  may(...scopes: string[]): boolean {
    return scopes.every((scope) => this.key.permissions.includes(scope));
  }
}

/**
 * Signs in with a token.
 *
 * @throws Error that says why this key cannot be used here.
 */
export async function signIn(token: string, keep: boolean): Promise<Session> {
  if (!TOKEN.test(token)) throw new Error('This is no key: a key has letters and digits only.');
  const api = new Api(token);
  const { data: key } = await api.get<Key>('/keys/current').catch(explain);
  if (key.role !== 'private') {
    throw new Error('This is a public key: it searches. Sign in with a private key.');
  }
  const session = new Session(api, key);
  if (!PAGE_SCOPES.some((scope) => session.may(scope))) {
    const needed = PAGE_SCOPES.join(', ');
    throw new Error(`This key may use none of the pages here: it has none of ${needed}.`);
  }
  if (keep) sessionStorage.setItem(STORED_TOKEN, token);
  return session;
}

/** Goes on with the key that has taken the place of the one signed in. */
export function goOnWith(key: Key): Session {
  if (storedToken() !== null) sessionStorage.setItem(STORED_TOKEN, key.token);
  return new Session(new Api(key.token), key);
}

/** The token that is kept for this tab. */
export function storedToken(): string | null {
  return sessionStorage.getItem(STORED_TOKEN);
}

/** Forgets the kept token. */
export function signOut(): void {
  sessionStorage.removeItem(STORED_TOKEN);
}

function explain(error: unknown): never {
  if (error instanceof ApiFailure) {
    if (error.status === 401) {
      throw new Error(
        'The server does not take this key: it is unknown, inactive, expired or revoked.',
      );
    }
    if (error.status === 403) {
      throw new Error('This key may not be used from this page or this address.');
    }
  }
  throw error;
}
