// What the user chose: language of results and the places picked lately, kept in this browser.

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

/** A place that was picked before. */
export interface RecentPlace {
  /** The text that finds it again. */
  readonly query: string;
  readonly lat: number;
  readonly lon: number;
}

const LANGUAGE_KEY = 'hereabouts.language';
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

/** Reads the places picked lately, newest first. */
export function recentPlaces(): RecentPlace[] {
  try {
    const places: unknown = JSON.parse(read(RECENT_KEY) ?? '[]');
    return Array.isArray(places) ? places.filter(isRecentPlace).slice(0, MAX_RECENT) : [];
  } catch {
    return [];
  }
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

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    visit.set(key, value);
  }
}
