// How the page reaches its server: with the public key of `config.json`, and what that key may do.

import { mayPropose, rememberMayPropose } from '../settings.js';

const CONFIG = 'config.json';
const KEY_HEADER = 'x-placekit-api-key';

/** Asks the server beside the page, be it a sync server or a static host. */
export class Connection {
  #apiKey: string | null | undefined;

  /** Stands for `fetch` in the geocoder: adds the key, which is asked for when it is first needed. */
  readonly fetch = async (url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    // Blobs need no key, and requests with one are counted.
    if (String(url).includes('/blobs/')) return fetch(url, init);
    const refused = await this.#readConfig(init.signal);
    if (refused) return refused;
    const response = await this.#send(url, init);
    if (response.status !== 401) return response;
    // The key may have been replaced since it was read.
    const before = this.#apiKey;
    this.#apiKey = undefined;
    const unread = await this.#readConfig(init.signal);
    return unread || this.#apiKey === before ? response : this.#send(url, init);
  };

  /** Asks whether users may propose corrections; answers whether that has changed. */
  async askPermissions(): Promise<boolean> {
    const before = mayPropose();
    try {
      if (await this.#readConfig()) return false;
      // Without a key the server is a static host, which takes nothing.
      const response = this.#apiKey ? await this.fetch('keys/current') : null;
      if (response && [429, 500, 502, 503, 504].includes(response.status)) return false;
      const { permissions } = response?.ok ? await response.json() : {};
      rememberMayPropose(permissions?.includes('patches:propose') === true);
    } catch {
      // It stays as it was: what is proposed meanwhile waits for the server as well.
    }
    return mayPropose() !== before;
  }

  #send(url: RequestInfo | URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#apiKey) headers.set(KEY_HEADER, this.#apiKey);
    return fetch(url, { ...init, headers });
  }

  /** Reads the key, where it is not known; answers with the response that refused to tell it. */
  async #readConfig(signal?: AbortSignal | null): Promise<Response | undefined> {
    if (this.#apiKey !== undefined) return undefined;
    const response = await fetch(CONFIG, { cache: 'no-store', signal: signal ?? null });
    if (!response.ok && response.status !== 404) return response;
    // A static host has no such file, or answers everything with a page.
    const config = response.ok ? await response.json().catch(() => null) : null;
    this.#apiKey = typeof config?.apiKey === 'string' ? config.apiKey : null;
    return undefined;
  }
}
