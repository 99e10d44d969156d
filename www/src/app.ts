// The app: search box, map and panel over one geocoder and its countries.

import { type Geocoder, LatestSearch, type SearchResult } from 'hereabouts';
import { type ComboboxHost, ComboboxView } from './combobox/view.js';
import { Drafts } from './corrections/drafts.js';
import type { Suggestions } from './corrections/suggestions.js';
import type { Countries, CountryState } from './device/countries.js';
import { explainError } from './device/errors.js';
import { byId } from './dom.js';
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
import { zoomOf } from './map/zoom.js';
import { announce, showMessage, showNews } from './messages.js';
import { buildAttribution } from './panel/attribution.js';
import { cardView } from './panel/card.js';
import {
  buildMapControls,
  buildNavigation,
  buildTypeChips,
  type ViewName,
} from './panel/controls.js';
import { countriesView, homeView } from './panel/home.js';
import { settingsView } from './panel/settings.js';
import { Sheet } from './panel/sheet.js';
import { oneLine, pointOf, TYPE_GROUPS } from './places.js';
import { allowedPosition, biasPoint, findPosition } from './position.js';
import {
  biasChoice,
  chooseTypes,
  chosenTypes,
  mayPropose,
  type RecentPlace,
  rememberPlace,
  requestLanguage,
} from './settings.js';
import { type Card, ShownPlace } from './shown.js';

/** Zoom at which countries on offer are shown with what is around them. */
const OFFER_ZOOM = 5;
/** Zoom at which a point is shown of which nothing else is known. */
const POINT_ZOOM = 16;

/** Runs the page. */
export class App {
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
  readonly #drafts: Drafts;
  readonly #shown: ShownPlace;
  readonly #types = new Set(chosenTypes());
  /** Number of the data that answers, that was last asked, and that the list is of. */
  readonly #data = { now: 0, asked: 0, listed: 0 };
  #view: ViewName = 'home';
  /** The view that countries or settings were opened over. */
  #under: ViewName = 'home';
  #position: LonLat | null = null;
  /** Codes of the countries that answer. */
  #loaded = '';
  #stage: 'empty' | 'offered' | 'loaded' = 'empty';

  constructor(geocoder: Geocoder, countries: Countries, suggestions: Suggestions) {
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
    const parts = { geocoder, markers: this.#markers, combobox: this.#combobox };
    this.#shown = new ShownPlace(parts, {
      canAnswer: () => this.#countries.loaded().length > 0,
      showPoint: (point) => this.#map.showPoint(point, POINT_ZOOM),
      center: (place) => this.#center(place),
      enter: () => this.#enter(),
      changed: () => this.#cardChanged(),
    });
    this.#drafts = new Drafts({
      middle: () => this.#map.middle(),
      pointChanged: () => this.#showDraftPoint(),
      propose: (input) => this.#suggestions.add(input),
      left: (proposed) => {
        this.#enter();
        if (!proposed) return;
        showNews('suggestion', 'Thank you. The settings list what becomes of your suggestion.');
      },
    });
    buildNavigation((view) => (this.#view === view ? this.#back() : this.#show(view)));
    buildTypeChips(this.#types, () => {
      chooseTypes(this.#types);
      this.#combobox.outdate();
      this.#combobox.open();
    });
    buildMapControls(this.#map, (position) => this.#showPosition(position));
    attachGestures(this.#map, (pixel) => this.#clicked(this.#map.lonLatAt(pixel)));
    this.#map.addEventListener(CAMERA_RESTED, () => void this.#refreshSurroundings());
    countries.on('changed', () => this.#countriesChanged());
    countries.on('corrected', () => this.#askAgain());
    countries.on('updated', () => this.#askAgain());
    addEventListener('hashchange', () => void this.#shown.openLink());
    this.#render();
    if (biasChoice() === 'position') void allowedPosition().then((at) => this.#takePosition(at));
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
    if (!(await this.#shown.openLink())) this.#showCountries();
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
    const near = biasPoint(this.#map, this.#position);
    this.#data.asked = this.#data.now;
    this.#search.ask(query, {
      language: requestLanguage(),
      maxResults: 7,
      ...(types.length > 0 && { types }),
      ...(near && { coordinates: `${near.lat.toFixed(4)},${near.lon.toFixed(4)}` }),
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
    void this.#shown.refresh();
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
    this.#shown.show(result);
    this.#center(result);
    // Who picks from a list that is about to be replaced sees what replaces it.
    if (this.#data.listed !== this.#data.now) void this.#shown.refresh();
    announce(`${result.name} selected`);
  }

  async #startCorrection({ result, language }: Card): Promise<void> {
    const origin = await this.#suggestions.origin(result, language).catch(() => result);
    this.#drafts.open(origin);
    this.#show('correction');
  }

  #showDraftPoint(): void {
    const draft = this.#view === 'correction' ? this.#drafts.current : null;
    this.#markers.set({ corrected: draft?.point() ?? null });
    this.#map.redraw();
  }

  #center(result: SearchResult): void {
    this.#sheet.updatePadding();
    const isOf = ({ code }: CountryState) => code === result.countrycode;
    const country = result.type === 'country' ? this.#countries.list().find(isOf) : undefined;
    if (country?.bbox) this.#map.showBox(country.bbox);
    else this.#map.showPoint(pointOf(result), zoomOf(result));
  }

  /** While a correction is written, a click says where the place is; else it asks what is there. */
  #clicked(point: LonLat): void {
    if (this.#view === 'correction') this.#drafts.current?.takePoint(point);
    else void this.#shown.whatsAt(point);
  }

  #takePosition(position: LonLat | null): void {
    if (!position) return;
    this.#position = position;
    this.#markers.set({ position });
    this.#map.redraw();
  }

  #showPosition(position: LonLat): void {
    this.#takePosition(position);
    this.#map.showPoint(position, Math.max(POINT_ZOOM, this.#map.camera.zoom));
    void this.#shown.whatsAt(position);
  }

  async #biasChanged(): Promise<void> {
    if (biasChoice() === 'position' && !this.#position) this.#takePosition(await findPosition());
    this.#combobox.outdate();
  }

  async #showRecent({ query, lat, lon }: RecentPlace): Promise<void> {
    const found = await this.#shown.find({ query, at: { lat, lon } });
    if (found) this.#pick(found);
    else {
      this.#combobox.showText(query);
      this.#combobox.open();
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
      void this.#shown.seekAgain();
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
    if (changed && !isAside(this.#view)) this.#under = this.#view;
    this.#view = view;
    this.#render();
    this.#showDraftPoint();
    if (changed) this.#sheet.entered();
    if (changed && view === 'settings') void this.#suggestions.ask();
    if (changed && view === 'countries') void this.#countries.refreshOffers();
  }

  /** Shows a card that changed by itself, unless the user is at something else. */
  #cardChanged(): void {
    if (this.#view === 'home') this.#show('card');
    else this.#render();
  }

  /** Returns to what the countries or the settings were opened over. */
  #back(): void {
    const draft = this.#under === 'correction' && this.#drafts.current;
    if (draft) this.#show('correction');
    else this.#enter();
  }

  /** Shows the card, or the start where there is none. */
  #enter(): void {
    this.#show(this.#shown.card ? 'card' : 'home');
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
        this.#combobox.outdate();
        void this.#shown.translate();
      },
      biasChanged: () => void this.#biasChanged(),
      back: () => this.#back(),
      redraw: () => this.#render(),
    };
    switch (this.#view) {
      case 'countries':
        return countriesView(this.#countries, host);
      case 'settings':
        return settingsView(this.#suggestions, host);
      case 'correction':
        return this.#drafts.current?.node ?? homeView(this.#countries, host);
      case 'card':
        if (this.#shown.card) {
          const { card } = this.#shown;
          const { result, others } = card;
          return cardView(
            { result, others, url: new URL(linkTo(result), location.href).href },
            {
              close: () => this.#shown.close(),
              show: (other) => this.#shown.show(other),
              center: (place) => this.#center(place),
              correct: mayPropose() ? () => void this.#startCorrection(card) : null,
            },
          );
        }
        return homeView(this.#countries, host);
      default:
        return homeView(this.#countries, host);
    }
  }
}

/** The address of a place in the page. */
function linkTo(place: SearchResult): string {
  return formatLink({ at: pointOf(place), query: oneLine(place) });
}

/** Whether a view is looked into beside what the user is at. */
function isAside(view: ViewName): boolean {
  return view === 'countries' || view === 'settings';
}
