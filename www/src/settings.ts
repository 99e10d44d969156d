// What the user chose, such as the language of results, and what was done lately; kept in this browser.

/** Language of the results: a code, `auto` for the browser's, `local` for the place's own. */
export type LanguageChoice = 'auto' | 'local' | 'de' | 'en' | 'es' | 'fr' | 'it' | 'nl' | 'pt';

/** The choices with their names. */
export const LANGUAGES: readonly { readonly code: LanguageChoice; readonly label: string }[] = [
  { code: 'auto', label: 'Language of the browser' },
  { code: 'local', label: 'Local names' },
  { code: 'de', label: 'Deutsch' },
  { code: 'en', label: 'English' },
  { code: 'es', label: 'Español' },
  { code: 'fr', label: 'Français' },
  { code: 'it', label: 'Italiano' },
  { code: 'nl', label: 'Nederlands' },
  { code: 'pt', label: 'Português' },
];

/** Near what answers are preferred: the middle of the map, where the user is, or nothing. */
export type BiasChoice = 'map' | 'position' | 'none';

/** The choices with their names. */
export const BIASES: readonly { readonly code: BiasChoice; readonly label: string }[] = [
  { code: 'map', label: 'Near the middle of the map' },
  { code: 'position', label: 'Near me' },
  { code: 'none', label: 'Everywhere alike' },
];

/** A place that was picked before. */
export interface RecentPlace {
  /** The text that finds it again. */
  readonly query: string;
  readonly lat: number;
  readonly lon: number;
}

const LANGUAGE_KEY = 'hereabouts.language';
const BIAS_KEY = 'hereabouts.bias';
const TYPES_KEY = 'hereabouts.types';
const ASKED_KEY = 'hereabouts.asked';
const MAY_PROPOSE_KEY = 'hereabouts.may-propose';
const RECENT_KEY = 'hereabouts.recent';
const MAX_RECENT = 5;

/** Reads the chosen language. */
export function languageChoice(): LanguageChoice {
  const stored = read(LANGUAGE_KEY);
  return LANGUAGES.find(({ code }) => code === stored)?.code ?? 'auto';
}

/** Keeps the chosen language. */
export function chooseLanguage(choice: LanguageChoice): void {
  write(LANGUAGE_KEY, choice);
}

/** The option `language` of requests for the present choice. */
export function requestLanguage(): string | undefined {
  const choice = languageChoice();
  if (choice === 'local') return undefined;
  return choice === 'auto' ? navigator.language.slice(0, 2).toLowerCase() : choice;
}

/** Reads near what answers are preferred. */
export function biasChoice(): BiasChoice {
  const stored = read(BIAS_KEY);
  return BIASES.find(({ code }) => code === stored)?.code ?? 'map';
}

/** Keeps near what answers are preferred. */
export function chooseBias(choice: BiasChoice): void {
  write(BIAS_KEY, choice);
}

/** Reads the groups of types that results are restricted to; none for all. */
export function chosenTypes(): string[] {
  return readList(TYPES_KEY).filter((id) => typeof id === 'string');
}

/** Keeps the groups of types that results are restricted to. */
export function chooseTypes(ids: Iterable<string>): void {
  write(TYPES_KEY, JSON.stringify([...ids]));
}

/** Reads the countries that were asked for and are not there yet, in their order. */
export function askedCountries(): string[] {
  return readList(ASKED_KEY).filter((code) => typeof code === 'string');
}

/** Keeps that a country was asked for, or no longer is. */
export function rememberAsked(code: string, asked: boolean): void {
  const others = askedCountries().filter((other) => other !== code);
  write(ASKED_KEY, JSON.stringify(asked ? [...others, code] : others));
}

/** Calls when another tab has changed which countries are asked for. */
export function onAskedElsewhere(changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === ASKED_KEY) changed();
  });
}

/** Reads the places picked lately, newest first. */
export function recentPlaces(): RecentPlace[] {
  return readList(RECENT_KEY).filter(isRecentPlace).slice(0, MAX_RECENT);
}

/** Puts a place on top of the places picked lately. */
export function rememberPlace(place: RecentPlace): void {
  const others = recentPlaces().filter(({ query }) => query !== place.query);
  write(RECENT_KEY, JSON.stringify([place, ...others].slice(0, MAX_RECENT)));
}

/** Forgets the places picked lately. */
export function forgetPlaces(): void {
  write(RECENT_KEY, '[]');
}

function isRecentPlace(value: unknown): value is RecentPlace {
  const { query, lat, lon } = (value ?? {}) as Partial<RecentPlace>;
  return typeof query === 'string' && typeof lat === 'number' && typeof lon === 'number';
}

/** Whether the server took proposals of this page when it was last asked. */
export function mayPropose(): boolean {
  return read(MAY_PROPOSE_KEY) === 'yes';
}

/** Keeps whether the server takes proposals of this page. */
export function rememberMayPropose(may: boolean): void {
  write(MAY_PROPOSE_KEY, may ? 'yes' : 'no');
}

/** Browsers may forbid storage altogether; then choices last for the visit. */
const visit = new Map<string, string>();

function read(key: string): string | null {
  try {
    return visit.get(key) ?? localStorage.getItem(key);
  } catch {
    return visit.get(key) ?? null;
  }
}

function readList(key: string): unknown[] {
  try {
    const list: unknown = JSON.parse(read(key) ?? '[]');
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    visit.set(key, value);
  }
}
