// Corrections that are being written: each place keeps its form until that is sent or given up.

import type { ProposalInput, SearchResult } from 'hereabouts';
import type { LonLat } from '../map/projection.js';
import { type Correction, correctionView } from './form.js';

/** What the page does for the forms. */
export interface DraftsHost {
  middle(): LonLat;
  pointChanged(): void;
  propose(input: ProposalInput): Promise<void>;
  /** The form on show was left, sent or given up. */
  left(proposed: boolean): void;
}

/** The forms of one visit. */
export class Drafts {
  readonly #host: DraftsHost;
  readonly #forms = new Map<string, Correction>();
  #current: Correction | null = null;

  constructor(host: DraftsHost) {
    this.#host = host;
  }

  /** The form that was opened last, until it is left. */
  get current(): Correction | null {
    return this.#current;
  }

  /** Opens the form of a place, with what was written into it before. */
  open(origin: SearchResult): void {
    const key = JSON.stringify(origin);
    const form = this.#forms.get(key) ?? this.#make(origin, key);
    this.#forms.set(key, form);
    this.#current = form;
  }

  #make(origin: SearchResult, key: string): Correction {
    const { middle, pointChanged, propose, left } = this.#host;
    const leave = (proposed: boolean) => {
      this.#current = null;
      left(proposed);
    };
    return correctionView(origin, {
      middle,
      pointChanged,
      propose,
      back: () => leave(false),
      done: (proposed) => {
        this.#forms.delete(key);
        leave(proposed);
      },
    });
  }
}
