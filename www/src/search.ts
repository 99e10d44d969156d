// Asks the geocoder while the user types: one question at a time, and only the newest answer counts.

import type { Geocoder, SearchOptions, SearchResponse } from 'hereabouts';

/** Receives the answer to the newest question, or why there is none. */
export interface SearchListener {
  answered(response: SearchResponse): void;
  failed(error: unknown): void;
}

/** Keeps questions from piling up behind a slow engine, and drops stale answers. */
export class LatestSearch {
  readonly #geocoder: Pick<Geocoder, 'search'>;
  readonly #listener: SearchListener;
  #wanted: { query: string; options: SearchOptions } | null = null;
  #running = false;
  #round = 0;

  constructor(geocoder: Pick<Geocoder, 'search'>, listener: SearchListener) {
    this.#geocoder = geocoder;
    this.#listener = listener;
  }

  /** Asks; an answer to an earlier question is no longer delivered. */
  ask(query: string, options: SearchOptions): void {
    this.#round++;
    this.#wanted = { query, options };
    if (!this.#running) void this.#run();
  }

  /** Forgets the question, so that no answer is delivered any more. */
  cancel(): void {
    this.#round++;
    this.#wanted = null;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#wanted) {
      const { query, options } = this.#wanted;
      this.#wanted = null;
      const round = this.#round;
      try {
        const response = await this.#geocoder.search(query, options);
        if (round === this.#round) this.#listener.answered(response);
      } catch (error) {
        if (round === this.#round) this.#listener.failed(error);
      }
    }
    this.#running = false;
  }
}
