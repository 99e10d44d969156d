// The app: search box, map and panel over one geocoder and its countries.

import { type Geocoder, LatestSearch, type SearchResult } from 'hereabouts';
import { type ComboboxHost, ComboboxView } from './combobox/view.js';
import { correctionView } from './corrections/form.js';
import type { Suggestions } from './corrections/suggestions.js';
import type { Countries } from './device/countries.js';
import { explainError } from './device/errors.js';
import { byId, h } from './dom.js';
import { formatLink, parseLink } from './link.js';
import { CoverageLayer } from './map/coverage.js';
import { attachGestures } from './map/gestures.js';
import { GraticuleLayer } from './map/graticule.js';
import { LineLayer } from './map/lines.js';
import { MarkerLayer } from './map/markers.js';
import { OutlineLayer } from './map/outlines.js';
import type { BBox, LonLat } from './map/projection.js';
import { SurroundingsLayer } from './map/surroundings.js';
import { CAMERA_RESTED, MapView } from './map/view.js';
import { loadWorld } from './map/world.js';
import { announce, hideMessage, showMessage, showNews } from './messages.js';
import { cardView } from './panel/card.js';
import {
  buildMapControls,
  buildNavigation,
  buildTypeChips,
  type ViewName,
} from './panel/controls.js';
import { countriesView, externalLink, homeView, settingsView } from './panel/home.js';
import { Sheet } from './panel/sheet.js';
import { oneLine, TYPE_GROUPS } from './places.js';
import { mayPropose, type RecentPlace, rememberPlace, requestLanguage } from './settings.js';
import { whatsHere } from './whats-here.js';

/** Zoom for a house; a street, a city and larger areas are shown from further away. */
const ZOOM_BY_PRECISION = { exact: 17.5, range: 17.5, interpolated: 17.5, street: 16 } as const;
const ZOOM_BY_AREA: Readonly<Record<string, number>> = {
  city: 13.5,
  county: 10,
  administrative: 9,
};
const COUNTRY_ZOOM = 6;
/** Zoom at which countries on offer are shown with what is around them. */
const OFFER_ZOOM = 5;
/** From this zoom on, what is in view is likely what the user means. */
const BIAS_ZOOM = 9;

/** Runs the page. */
export class App {
  readonly #geocoder: Geocoder;
  readonly #countries: Countries;
  readonly #suggestions: Suggestions;
  readonly #coverage = new CoverageLayer();
  readonly #markers = new MarkerLayer();
  readonly #lines: LineLayer;
  readonly #surroundings: SurroundingsLayer;
  readonly #outlines = new OutlineLayer();
  readonly #map: MapView;
  readonly #search: LatestSearch;
  readonly #combobox: ComboboxView;
  readonly #sheet: Sheet;
  readonly #types = new Set<string>();
  /** Number of the data that answers, that was last asked, and that the list is of. */
  readonly #data = { now: 0, asked: 0, listed: 0 };
  #view: ViewName = 'home';
  #card: { result: SearchResult; others: readonly SearchResult[] } | null = null;
  /** The form of a correction, which keeps what was written into it. */
  #form: HTMLElement | null = null;
  /** Codes of the countries that answer. */
  #loaded = '';
  #stage: 'empty' | 'offered' | 'loaded' = 'empty';

  constructor(geocoder: Geocoder, countries: Countries, suggestions: Suggestions) {
    this.#geocoder = geocoder;
    this.#countries = countries;
    this.#suggestions = suggestions;
    this.#lines = new LineLayer(geocoder);
    this.#surroundings = new SurroundingsLayer(geocoder);
    this.#map = new MapView(byId('map', HTMLCanvasElement), [
      this.#outlines,
      new GraticuleLayer(),
      this.#lines,
      this.#coverage,
      this.#surroundings,
      this.#markers,
    ]);
    this.#search = new LatestSearch(geocoder, {
      answered: ({ results }) => this.#showResults(results),
      failed: (error) => this.#searchFailed(error),
    });
    this.#combobox = new ComboboxView(byId('search-box', HTMLElement), this.#comboboxHost());
    this.#sheet = new Sheet(byId('sheet', HTMLElement), this.#map);
    buildNavigation((view) => this.#show(this.#view === view ? 'home' : view));
    buildTypeChips(this.#types, () => {
      this.#combobox.outdate();
      this.#combobox.open();
    });
    buildMapControls(this.#map, (position) => this.#showPosition(position));
    attachGestures(this.#map, (pixel) => void this.#whatsAt(this.#map.lonLatAt(pixel)));
    this.#map.addEventListener(CAMERA_RESTED, () => void this.#refreshSurroundings());
    countries.on('changed', () => this.#countriesChanged());
    countries.on('corrected', () => this.#askAgain());
    countries.on('updated', () => this.#askAgain());
    addEventListener('hashchange', () => void this.#openLink());
    this.#render();
  }

  /** Shows what is stored: the linked place if there is one, else all downloaded countries. */
  async start(worldUrl: string): Promise<void> {
    loadWorld(worldUrl).then(
      (world) => {
        this.#outlines.setWorld(world);
        this.#map.redraw();
      },
      (error: unknown) => showMessage('world', 'error', explainError(error)),
    );
    if (!(await this.#openLink())) this.#showCountries();
  }

  #comboboxHost(): ComboboxHost {
    return {
      search: (query) => this.#ask(query),
      pick: (result) => this.#pick(result),
      highlight: (index) => {
        this.#markers.set({ active: index });
        this.#map.redraw();
      },
    };
  }

  #ask(query: string): void {
    if (query.trim() === '') {
      this.#search.cancel();
      this.#combobox.showResults([], null);
      this.#setMarkers([]);
      return;
    }
    if (this.#countries.loaded().length === 0) {
      this.#search.cancel();
      this.#combobox.showResults([], {
        kind: 'empty',
        text: 'Download a country first: searches are answered on this device.',
      });
      this.#show('home');
      return;
    }
    const types = TYPE_GROUPS.filter(({ id }) => this.#types.has(id)).flatMap(
      (group) => group.types,
    );
    const { lat, lon } = this.#map.middle();
    this.#data.asked = this.#data.now;
    this.#search.ask(query, {
      language: requestLanguage(),
      maxResults: 7,
      ...(types.length > 0 && { types }),
      ...(this.#map.camera.zoom >= BIAS_ZOOM && {
        coordinates: `${lat.toFixed(4)},${lon.toFixed(4)}`,
      }),
    });
  }

  #showResults(results: readonly SearchResult[]): void {
    const notice =
      results.length > 0
        ? null
        : ({
            kind: 'empty',
            text: 'Nothing found. Check the spelling, or download another country.',
          } as const);
    this.#data.listed = this.#data.asked;
    this.#setMarkers(results);
    announce(
      results.length === 0
        ? 'Nothing found'
        : `${results.length} ${results.length === 1 ? 'result' : 'results'}, use the up and down arrows`,
    );
    // Last, since the box may take the first one at once.
    this.#combobox.showResults(results, notice);
  }

  /** Asks once more for what is listed and shown, since the data has changed. */
  #askAgain(): void {
    this.#data.now += 1;
    this.#combobox.outdate();
    void this.#refreshCard();
  }

  /** Shows the place of the card as it is now; one that is gone or was moved stays as it was. */
  async #refreshCard(): Promise<void> {
    const card = this.#card;
    if (!card) return;
    const { distance } = card.result;
    const found = await this.#find(oneLine(card.result), pointOf(card.result)).catch(() => null);
    if (!found || this.#card !== card) return;
    this.#card = { ...card, result: { ...found, ...(distance !== undefined && { distance }) } };
    this.#render();
  }

  #setMarkers(results: readonly SearchResult[]): void {
    this.#markers.set({ results: results.map(pointOf), active: -1 });
    this.#map.redraw();
  }

  #searchFailed(error: unknown): void {
    this.#combobox.showResults([], { kind: 'error', text: explainError(error) });
  }

  #pick(result: SearchResult): void {
    const query = oneLine(result);
    this.#search.cancel();
    this.#combobox.showText(query);
    this.#setMarkers([]);
    this.#markers.set({ asked: null });
    rememberPlace({ query, ...pointOf(result) });
    this.#showCard(result, []);
    this.#center(result);
    // Who picks from a list that is about to be replaced sees what replaces it.
    if (this.#data.listed !== this.#data.now) void this.#refreshCard();
    announce(`${result.name} selected`);
  }

  #showCard(result: SearchResult, others: readonly SearchResult[]): void {
    this.#card = { result, others };
    this.#markers.set({ selected: pointOf(result) });
    history.replaceState(null, '', formatLink({ at: pointOf(result), query: oneLine(result) }));
    this.#show('card');
  }

  #closeCard(): void {
    this.#card = null;
    this.#markers.set({ selected: null, asked: null });
    history.replaceState(null, '', location.pathname);
    this.#show('home');
  }

  async #startCorrection(place: SearchResult): Promise<void> {
    const origin = await this.#suggestions.origin(place, requestLanguage()).catch(() => place);
    this.#form = correctionView(origin, {
      middle: () => this.#map.middle(),
      propose: (input) => this.#suggestions.add(input),
      done: (proposed) => {
        this.#show('card');
        if (!proposed) return;
        showNews('suggestion', 'Thank you. The settings list what becomes of your suggestion.');
      },
    });
    this.#show('correction');
  }

  #center(result: SearchResult): void {
    const zoom =
      result.precision === 'area'
        ? (ZOOM_BY_AREA[result.type] ?? COUNTRY_ZOOM)
        : ZOOM_BY_PRECISION[result.precision];
    this.#sheet.updatePadding();
    this.#map.showPoint(pointOf(result), zoom);
  }

  async #whatsAt(point: LonLat): Promise<void> {
    if (this.#countries.loaded().length === 0) return;
    try {
      const { nearest, others } = await whatsHere(this.#geocoder, point, requestLanguage());
      this.#setMarkers([]);
      this.#combobox.showText('');
      if (nearest) {
        this.#markers.set({ asked: point });
        this.#showCard(nearest, others);
        announce(`${oneLine(nearest)} is here`);
      } else {
        this.#closeCard();
        showMessage(
          'nothing-here',
          'news',
          'The downloaded countries hold nothing near this point.',
        );
      }
      if (nearest) hideMessage('nothing-here');
    } catch (error) {
      showMessage('reverse', 'error', explainError(error));
    }
  }

  #showPosition(position: LonLat): void {
    this.#markers.set({ position });
    this.#map.showPoint(position, 16);
    void this.#whatsAt(position);
  }

  /** Opens the place of the URL; answers whether it names one. */
  async #openLink(): Promise<boolean> {
    const link = parseLink(location.hash);
    if (!link) return false;
    this.#map.showPoint(link.at, 16);
    if (this.#countries.loaded().length === 0) return true;
    const found = await this.#find(link.query, link.at);
    if (found) {
      this.#combobox.showText(oneLine(found));
      this.#showCard(found, []);
      this.#center(found);
    } else {
      await this.#whatsAt(link.at);
    }
    return true;
  }

  /** Finds the place of a link again: the answer to its text that stands at its point. */
  async #find(query: string, at: LonLat): Promise<SearchResult | undefined> {
    if (query === '') return undefined;
    const coordinates = `${at.lat},${at.lon}`;
    const language = requestLanguage();
    const { results } = await this.#geocoder.search(query, {
      coordinates,
      language,
      maxResults: 20,
    });
    return results.find(
      ({ lat, lng }) => Math.abs(lat - at.lat) < 2e-5 && Math.abs(lng - at.lon) < 2e-5,
    );
  }

  async #showRecent({ query, lat, lon }: RecentPlace): Promise<void> {
    const found = await this.#find(query, { lat, lon });
    if (found) this.#pick(found);
    else {
      this.#combobox.showText(query);
      this.#combobox.focus();
      this.#ask(query);
    }
  }

  /** Shows the downloaded countries, or before the first download those on offer. */
  #showCountries(): void {
    const countries = this.#countries.list();
    const loaded = countries.filter((country) => country.loaded);
    const boxes = (loaded.length > 0 ? loaded : countries).flatMap(({ bbox }) =>
      bbox ? [bbox] : [],
    );
    if (boxes.length === 0) return;
    const box = boxes.reduce<BBox>(
      ([west, south, east, north], other) => [
        Math.min(west, other[0]),
        Math.min(south, other[1]),
        Math.max(east, other[2]),
        Math.max(north, other[3]),
      ],
      [180, 90, -180, -90],
    );
    this.#sheet.updatePadding();
    this.#map.showBox(box, loaded.length > 0 ? undefined : OFFER_ZOOM);
  }

  async #refreshSurroundings(): Promise<void> {
    try {
      const { camera } = this.#map;
      const changes = await Promise.all([
        this.#lines.refresh(camera),
        this.#surroundings.refresh(camera, requestLanguage()),
      ]);
      if (changes.includes(true)) this.#map.redraw();
    } catch {
      // The map goes without; what is wrong is told where someone asks for something.
    }
  }

  #countriesChanged(): void {
    const countries = this.#countries.list();
    const loaded = this.#countries.loaded();
    this.#coverage.set(countries.flatMap(({ bbox, ...rest }) => (bbox ? [{ ...rest, bbox }] : [])));
    this.#render();
    void this.#refreshSurroundings();
    const codes = loaded.map(({ code }) => code).join();
    if (codes !== this.#loaded) {
      this.#loaded = codes;
      this.#combobox.outdate();
    }
    // The map goes where the countries are when the first are listed, and again when one is there.
    const stage = loaded.length > 0 ? 'loaded' : countries.length > 0 ? 'offered' : 'empty';
    if (stage === this.#stage) return;
    this.#stage = stage;
    if (!parseLink(location.hash)) this.#showCountries();
    if (stage === 'loaded') announce(`${loaded.map(({ name }) => name).join(', ')} ready`);
  }

  /** Shows anew what was suggested and whether something can be. */
  suggestionsChanged(): void {
    this.#render();
  }

  #show(view: ViewName): void {
    const changed = this.#view !== view;
    this.#view = view;
    this.#render();
    if (changed) this.#sheet.entered();
    if (changed && view === 'settings') void this.#suggestions.ask();
    if (changed && view === 'countries') void this.#countries.refreshOffers();
  }

  #render(): void {
    buildAttribution(this.#countries);
    this.#sheet.render(this.#view, this.#viewNode());
    this.#map.redraw();
  }

  #viewNode(): HTMLElement {
    const host = {
      showRecent: (place: RecentPlace) => void this.#showRecent(place),
      showCountries: () => this.#show('countries'),
      showOnMap: (bbox: BBox) => {
        this.#sheet.updatePadding();
        this.#map.showBox(bbox);
      },
      languageChanged: () => {
        void this.#refreshSurroundings();
        this.#ask(this.#combobox.value);
      },
      back: () => this.#show(this.#card ? 'card' : 'home'),
      redraw: () => this.#render(),
    };
    switch (this.#view) {
      case 'countries':
        return countriesView(this.#countries, host);
      case 'settings':
        return settingsView(this.#suggestions, host);
      case 'correction':
        return this.#form ?? homeView(this.#countries, host);
      case 'card':
        if (this.#card) {
          const { result, others } = this.#card;
          return cardView(
            { result, others, url: location.href },
            {
              close: () => this.#closeCard(),
              show: (other) => this.#showCard(other, []),
              center: (place) => this.#center(place),
              correct: mayPropose() ? (place) => void this.#startCorrection(place) : null,
            },
          );
        }
        return homeView(this.#countries, host);
      default:
        return homeView(this.#countries, host);
    }
  }
}

/** Writes the notices that the licences of what is shown demand. */
function buildAttribution(countries: Countries): void {
  const notices = new Map<string, HTMLElement>();
  for (const { attribution } of countries.loaded()) {
    for (const { notice, licence, url } of attribution) {
      notices.set(notice + licence, externalLink(url, `${notice} (${licence})`));
    }
  }
  const world = h('span', {}, 'Outlines: Natural Earth');
  byId('attribution', HTMLElement).replaceChildren(...notices.values(), world);
}

function pointOf({ lat, lng }: SearchResult): LonLat {
  return { lat, lon: lng };
}
