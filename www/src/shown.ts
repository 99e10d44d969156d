// The place that is shown: its card, its pin and its address, and how it is found again.

import type { Geocoder, SearchResult } from 'hereabouts';
import type { ComboboxView } from './combobox/view.js';
import { explainError } from './device/errors.js';
import { isAnchor, type PlaceLink, parseLink, writeAddress } from './link.js';
import type { MarkerLayer } from './map/markers.js';
import type { LonLat } from './map/projection.js';
import { announce, hideMessage, showMessage } from './messages.js';
import { oneLine, pointOf } from './places.js';
import { findAt, inLanguage, sameAmong } from './records.js';
import { requestLanguage } from './settings.js';
import { whatsHere } from './whats-here.js';

/** What is shown of a place, and the language that it is told in. */
export interface Card {
  readonly result: SearchResult;
  /** Other places at the asked point. */
  readonly others: readonly SearchResult[];
  readonly language: string | undefined;
}

/** What the page does for the place. */
export interface ShownHost {
  /** Whether any country answers. */
  canAnswer(): boolean;
  /** Moves the map to a point of which nothing else is known. */
  showPoint(point: LonLat): void;
  center(place: SearchResult): void;
  /** Shows the card, or the start where there is none. */
  enter(): void;
  /** The card has changed by itself; what the user looks at stays. */
  changed(): void;
}

/** The parts of the page that show it. */
export interface ShownParts {
  readonly geocoder: Geocoder;
  readonly markers: MarkerLayer;
  readonly combobox: ComboboxView;
}

/** Keeps the card, the markers and the address of the page in line. */
export class ShownPlace {
  readonly #parts: ShownParts;
  readonly #host: ShownHost;
  #card: Card | null = null;
  /** The link of the address, until its place is found. */
  #sought: PlaceLink | null = null;

  constructor(parts: ShownParts, host: ShownHost) {
    this.#parts = parts;
    this.#host = host;
  }

  /** The card; null where no place is shown. */
  get card(): Card | null {
    return this.#card;
  }

  /** Shows a place that the user chose. */
  show(result: SearchResult, others: readonly SearchResult[] = []): void {
    this.#set(result, others, 'push');
    this.#host.enter();
  }

  /** Closes the card. */
  close(): void {
    writeAddress(null, 'push');
    this.#leave();
  }

  /** Shows what is at a point. */
  async whatsAt(point: LonLat): Promise<void> {
    if (!this.#host.canAnswer()) return;
    this.#sought = null;
    this.#parts.markers.set({ results: [], active: -1 });
    if (await this.#setNearest(point, 'push')) this.#host.enter();
    else this.close();
  }

  /** Opens the place of the address; answers whether it names one. */
  async openLink(): Promise<boolean> {
    const link = parseLink(location.hash);
    if (!link) {
      if (!isAnchor(location.hash)) this.#leave();
      return false;
    }
    this.#card = null;
    this.#sought = link;
    this.#parts.markers.set({ selected: null, asked: link.at });
    this.#host.showPoint(link.at);
    await this.#seek();
    this.#host.enter();
    return true;
  }

  /** Looks for the place of the address among the countries that answer by now. */
  async seekAgain(): Promise<void> {
    if (await this.#seek()) this.#host.changed();
  }

  /** Shows the place as it is now; one that is gone or was moved stays as it was. */
  async refresh(): Promise<void> {
    const card = this.#card;
    if (!card) return;
    const language = requestLanguage();
    const found = await this.#findAnew(card.result, language);
    if (found && this.#card === card) this.#replace(card, { ...card, result: found, language });
  }

  /** Tells the place in the language that is chosen now. */
  async translate(): Promise<void> {
    const card = this.#card;
    const language = requestLanguage();
    if (!card || card.language === language) return;
    const { geocoder } = this.#parts;
    const tell = (place: SearchResult) =>
      inLanguage(geocoder, place, card.language, language).catch(() => undefined);
    // Estimated positions are those of no record.
    const result = (await tell(card.result)) ?? (await this.#findAnew(card.result, language));
    const others = await Promise.all(
      card.others.map(async (other) => keepDistance(other, (await tell(other)) ?? other)),
    );
    if (result && this.#card === card) this.#replace(card, { result, others, language });
  }

  /** Finds the place of a link: the answer to its text that stands at its point. */
  async find({ query, at }: PlaceLink): Promise<SearchResult | undefined> {
    const found = await findAt(this.#parts.geocoder, query, at, requestLanguage());
    return found.find((result) => oneLine(result) === query) ?? found[0];
  }

  #set(result: SearchResult, others: readonly SearchResult[], entry: 'push' | 'replace'): void {
    this.#card = { result, others, language: requestLanguage() };
    this.#sought = null;
    this.#parts.markers.set({ selected: pointOf(result) });
    writeAddress({ at: pointOf(result), query: oneLine(result) }, entry);
  }

  #leave(): void {
    this.#card = null;
    this.#sought = null;
    this.#parts.markers.set({ selected: null, asked: null });
    this.#host.enter();
  }

  #replace(before: Card, card: Card): void {
    const result = keepDistance(before.result, card.result);
    this.#card = { ...card, result };
    const [was, now] = [oneLine(before.result), oneLine(result)];
    writeAddress({ at: pointOf(result), query: now }, 'replace');
    const { combobox } = this.#parts;
    if (was !== now && combobox.value === was) combobox.showText(now);
    this.#host.changed();
  }

  /** Makes the nearest place the one on show; answers whether there is any. */
  async #setNearest(point: LonLat, entry: 'push' | 'replace'): Promise<boolean> {
    const { geocoder, combobox, markers } = this.#parts;
    try {
      const { nearest, others } = await whatsHere(geocoder, point, requestLanguage());
      combobox.showText('');
      if (!nearest) {
        const text = 'The downloaded countries hold nothing near this point.';
        showMessage('nothing-here', 'news', text);
        return false;
      }
      hideMessage('nothing-here');
      markers.set({ asked: point });
      this.#set(nearest, others, entry);
      announce(`${oneLine(nearest)} is here`);
    } catch (error) {
      showMessage('reverse', 'error', explainError(error));
    }
    return true;
  }

  /** Finds the place of the link, as soon as a country has it; answers whether it did. */
  async #seek(): Promise<boolean> {
    const link = this.#sought;
    if (!link || !this.#host.canAnswer()) return false;
    const found = await this.find(link).catch(() => undefined);
    if (this.#sought !== link) return false;
    if (!found) return this.#setNearest(link.at, 'replace');
    hideMessage('nothing-here');
    this.#parts.markers.set({ asked: null });
    this.#parts.combobox.showText(oneLine(found));
    this.#set(found, [], 'replace');
    this.#host.center(found);
    return true;
  }

  /** Finds a place again by its text and its point. */
  async #findAnew(place: SearchResult, language: string | undefined) {
    const found = findAt(this.#parts.geocoder, oneLine(place), pointOf(place), language);
    return sameAmong(await found.catch(() => []), place);
  }
}

/** Data does not tell how far a place is from what was asked. */
function keepDistance({ distance }: SearchResult, place: SearchResult): SearchResult {
  return { ...place, ...(distance !== undefined && { distance }) };
}
