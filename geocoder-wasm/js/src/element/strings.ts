// What the element says, in English; every text can be replaced.

import type { ResultKind } from './icons.js';

/** Texts of the element. */
export interface Strings {
  /** Name of the text box where the page gives none. */
  label: string;
  /** Name of the list. */
  list: string;
  /** Name of the button that empties the box. */
  clear: string;
  /** Name of the button that closes the sheet on small screens. */
  back: string;
  /** Told when results are listed. */
  found: (count: number) => string;
  /** Shown and told when nothing was found. */
  none: string;
  /** Shown and told while the answer is awaited. */
  busy: string;
  /** Shown and told when the search failed. */
  failed: string;
  /** Why a text that was not picked from the list is refused, with the attribute `strict`. */
  pick: string;
  /** Names of the kinds of results. */
  kinds: Readonly<Record<ResultKind, string>>;
}

/** Texts that replace the English ones. */
export type StringsToReplace = Partial<Omit<Strings, 'kinds'>> & {
  /** Names of the kinds of results. */
  kinds?: Partial<Strings['kinds']>;
};

/** The texts unless they are replaced. */
export const ENGLISH: Strings = {
  label: 'Search an address or a place',
  list: 'Suggestions',
  clear: 'Clear',
  back: 'Close suggestions',
  found: (count) => (count === 1 ? '1 result' : `${count} results`),
  none: 'Nothing found',
  busy: 'Searching',
  failed: 'The search failed',
  pick: 'Choose an entry from the list.',
  kinds: {
    house: 'Address',
    street: 'Street',
    city: 'City',
    county: 'County',
    administrative: 'Region',
    country: 'Country',
    airport: 'Airport',
    bus: 'Bus stop',
    train: 'Railway station',
    tourism: 'Attraction',
    townhall: 'Town hall',
  },
};
