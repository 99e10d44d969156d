// Asks while the user types: one question at a time, and only the newest answer counts.

import type { SearchOptions, SearchResponse } from './types.js';

/** What can be searched: a geocoder, or anything else that answers as one does. */
export interface Searchable {
  /** Searches by text, as {@link Geocoder.search} does. */
  search(query: string, options?: SearchOptions): Promise<SearchResponse>;
}

/** Receives the answer to the newest question, or why there is none. */
export interface SearchListener {
  /** The answer to the newest question. */
  answered(response: SearchResponse): void;
  /** What the newest question failed with. */
  failed(error: unknown): void;
}

/**
 * Keeps the searches of an input from piling up behind a slow engine, and drops stale answers.
 *
 * @example
 * ```ts
 * const latest = new LatestSearch(geocoder, { answered: show, failed: console.error });
 * input.oninput = () => latest.ask(input.value, { maxResults: 5 });
 * ```
 */
export class LatestSearch {
  readonly #searchable: Searchable | PromiseLike<Searchable>;
  readonly #listener: SearchListener;
  #newest: { query: string; options: SearchOptions } | undefined;
  #running = false;

  constructor(searchable: Searchable | PromiseLike<Searchable>, listener: SearchListener) {
    this.#searchable = searchable;
    this.#listener = listener;
  }

  /** Asks; an answer to an earlier question is no longer delivered. */
  ask(query: string, options: SearchOptions = {}): void {
    this.#newest = { query, options };
    if (!this.#running) void this.#run();
  }

  /** Forgets the question, so that no answer is delivered any more. */
  cancel(): void {
    this.#newest = undefined;
  }

  async #run(): Promise<void> {
    this.#running = true;
    let last: unknown;
    while (this.#newest && this.#newest !== last) {
      const asked = this.#newest;
      last = asked;
      const tell = await this.#answer(asked.query, asked.options);
      // A fault of the listener is its own: it stops no later question.
      queueMicrotask(() => {
        if (asked === this.#newest) tell();
      });
    }
    this.#running = false;
  }

  /** Returns what tells the listener how the question was answered. */
  async #answer(query: string, options: SearchOptions): Promise<() => void> {
    try {
      const response = await (await this.#searchable).search(query, options);
      return () => this.#listener.answered(response);
    } catch (error) {
      return () => this.#listener.failed(error);
    }
  }
}
