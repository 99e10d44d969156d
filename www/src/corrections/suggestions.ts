// The user's own proposals: what was suggested on this device, and what became of it.

import type { Geocoder, Proposal, ProposalInput, SearchResult } from 'hereabouts';
import { inLanguage } from '../records.js';

/** What is told of {@link Suggestions}. */
export interface SuggestionsListener {
  /** The list is another one. */
  changed(): void;
  /** A proposal was decided. */
  decided(proposal: Proposal): void;
}

/** The proposals of a geocoder. */
export class Suggestions {
  readonly #geocoder: Geocoder;
  readonly #listener: SuggestionsListener;
  #list: readonly Proposal[] = [];

  constructor(geocoder: Geocoder, listener: SuggestionsListener) {
    this.#geocoder = geocoder;
    this.#listener = listener;
    geocoder.on('proposals', () => void this.refresh());
  }

  /** The proposals, the newest first. */
  get list(): readonly Proposal[] {
    return this.#list;
  }

  /** Reads the proposals of this device. */
  async refresh(): Promise<void> {
    const before = new Map(this.#list.map(({ mutationId, outcome }) => [mutationId, outcome]));
    try {
      this.#list = (await this.#geocoder.proposals()).reverse();
    } catch {
      // What cannot be read now stays as it was last seen.
      return;
    }
    for (const proposal of this.#list) {
      const former = before.get(proposal.mutationId);
      const isNew = former !== undefined && former !== proposal.outcome;
      if (isNew && isDecided(proposal)) this.#listener.decided(proposal);
    }
    this.#listener.changed();
  }

  /** Asks the server what became of those that nobody has decided. */
  async ask(): Promise<void> {
    if (this.#list.every(isDecided)) return;
    // What fails is asked again by the geocoder itself.
    await this.#geocoder.sync().catch(() => undefined);
  }

  /** Queues a proposal. */
  async add(input: ProposalInput): Promise<void> {
    await this.#geocoder.propose(input);
  }

  /**
   * Gives a place, told in a language, as its record has it: in the local language, since a
   * correction of a translated name would otherwise take the place of the name itself.
   */
  async origin(place: SearchResult, language: string | undefined): Promise<SearchResult> {
    const local = await inLanguage(this.#geocoder, place, language, undefined);
    const { highlight: _, precision: __, distance: ___, ...origin } = local ?? place;
    return origin as SearchResult;
  }
}

function isDecided({ outcome }: Proposal): boolean {
  return outcome === 'approved' || outcome === 'rejected';
}
