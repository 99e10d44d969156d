// The panel's view of the settings.

import { suggestionsSection } from '../corrections/list.js';
import type { Suggestions } from '../corrections/suggestions.js';
import { h } from '../dom.js';
import {
  BIASES,
  biasChoice,
  chooseBias,
  chooseLanguage,
  LANGUAGES,
  languageChoice,
  mayPropose,
} from '../settings.js';
import { viewHeader } from './header.js';

/** What the page does for the settings. */
export interface SettingsHost {
  languageChanged(): void;
  biasChanged(): void;
  back(): void;
}

/** Makes the settings. */
export function settingsView(suggestions: Suggestions, host: SettingsHost): HTMLElement {
  return h(
    'section',
    { class: 'view', 'aria-labelledby': 'settings-title', 'data-view': 'settings' },
    viewHeader('settings-title', 'Settings', () => host.back()),
    h('label', { class: 'field-label', for: 'language' }, 'Language of results'),
    choice('language', LANGUAGES, languageChoice(), (code) => {
      chooseLanguage(code);
      host.languageChanged();
    }),
    h(
      'p',
      { class: 'field-help' },
      'Places without a name in this language keep their local name.',
    ),
    h('label', { class: 'field-label', for: 'bias' }, 'Preferred answers'),
    choice('bias', BIASES, biasChoice(), (code) => {
      chooseBias(code);
      host.biasChanged();
    }),
    h(
      'p',
      { class: 'field-help' },
      'Of places with like names those near this point come first. Where you are stays on this device.',
    ),
    suggestionsSection(suggestions.list, mayPropose()),
    h('h3', {}, 'Privacy'),
    h(
      'p',
      { class: 'prose' },
      'What you type and where you click never leaves this device. The server is asked for the list of countries, their data and its corrections only; it gets the suggestions that you send.',
    ),
    h('h3', {}, 'For developers'),
    h('p', { class: 'prose' }, 'The same geocoder answers in the console of this page:'),
    h(
      'pre',
      { class: 'code', tabindex: '0' },
      "await geocoder.search('…', { maxResults: 3 })\nawait geocoder.reverse({ coordinates: '47.14,9.52' })",
    ),
  );
}

function choice<C extends string>(
  id: string,
  choices: readonly { readonly code: C; readonly label: string }[],
  chosen: C,
  choose: (code: C) => void,
): HTMLSelectElement {
  const select = h('select', { id, class: 'select' });
  for (const { code, label } of choices) {
    select.append(h('option', { value: code, selected: code === chosen }, label));
  }
  select.addEventListener('change', () => choose(select.value as C));
  return select;
}
