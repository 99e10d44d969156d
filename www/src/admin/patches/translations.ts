// The translations of a patch: their table, and the dialog that adds or edits one.

import { h } from '../../dom.js';
import { textField, values } from '../../form.js';
import type { Answer } from '../api.js';
import { actionButton } from '../parts/action.js';
import { ask } from '../parts/dialog.js';
import { table } from '../parts/table.js';
import type { HistoryEntry, Patch, TextName, Texts } from '../types.js';
import type { Context } from '../view.js';
import { change, Editing, pathOf } from './change.js';
import { decide } from './decide.js';
import { TEXT_LABELS, TEXTS } from './edit.js';

/** What a patch says in one language. */
interface Translation {
  readonly language: string;
  /** The texts that it has itself; all others are shown from elsewhere. */
  readonly texts: Texts;
}

/** Makes the table of the translations, which the history tells all at once. */
export function translationTable(
  context: Context,
  read: Answer<Patch>,
  history: readonly HistoryEntry[],
): HTMLElement {
  const { session } = context;
  const isFree = read.data.status === 'pending' || session.may('patches:approve');
  const mayChange = session.may('patches:write') && isFree && !read.data.remove;
  const small = (label: string, language: string, kind: string, run: () => Promise<void>) =>
    actionButton(
      context,
      { class: `button small ${kind}`, 'aria-label': `${label} ${language}` },
      run,
      label,
    );
  const remove = (language: string) => () => {
    const path = `${pathOf(read.data.id)}/language/${encodeURIComponent(language)}`;
    const run = () => change(session, read, 'DELETE', undefined, path);
    return decide(context, run, `The translation ${language} was deleted.`);
  };
  const rows = table(
    'Translations',
    [
      { heading: 'Language', names: true, cell: ({ language }: Translation) => language },
      ...TEXTS.map((name) => ({
        heading: TEXT_LABELS[name],
        cell: ({ texts }: Translation) => texts[name] || '–',
      })),
      {
        heading: 'Actions',
        hidden: true,
        cell: (translation) =>
          mayChange &&
          h(
            'div',
            { class: 'row-actions' },
            small('Edit', translation.language, '', () =>
              translatePatch(context, read, translation),
            ),
            small('Delete', translation.language, 'danger', remove(translation.language)),
          ),
      },
    ],
    translationsOf(read.data, history),
    'There are no translations.',
  );
  const add = actionButton(
    context,
    { class: 'button small', id: 'translate' },
    () => translatePatch(context, read),
    'Add a translation',
  );
  return h('section', { 'aria-label': 'Translations' }, rows, mayChange && add);
}

/** Asking for the patch in each language would be a request a language, with texts of others. */
function translationsOf(patch: Patch, history: readonly HistoryEntry[]): Translation[] {
  const stored = history.find(({ to }) => to?.revision === patch.revision)?.to;
  return patch.languages.map((language) => ({
    language,
    texts: stored?.languages[language] ?? {},
  }));
}

/** Asks for the texts of a translation, or for a new one. */
async function translatePatch(
  context: Context,
  read: Answer<Patch>,
  { language, texts }: Translation = { language: '', texts: {} },
): Promise<void> {
  const isHouse = Boolean(read.data.street?.number);
  const names = isHouse ? TEXTS.filter((name) => name !== 'name') : TEXTS;
  const editing = new Editing(context.session, read);
  const code = textField({
    name: 'language',
    label: 'Language',
    required: true,
    maxlength: 3,
    help: 'Code of two letters, such as fr.',
  });
  const fields = names.map((name) =>
    textField({ name, label: TEXT_LABELS[name], value: texts[name] ?? '' }),
  );
  const help = h('p', { class: 'field-help' }, 'An empty text is shown as it is elsewhere.');
  const isDone = await ask({
    title: language ? `Edit the translation ${language}` : 'Add a translation',
    nodes: [...(language ? [] : [code]), ...fields, help],
    submit: 'Save',
    run: async (form) => {
      const { language: to = language, ...typed } = values(form);
      if (to === '') throw new Error('The language is missing.');
      const update = changedTexts(names, texts, typed);
      await editing.save({ language: to.toLowerCase(), update });
    },
  });
  if (isDone) await context.refresh({ kind: 'done', text: 'The translation was saved.' });
  else if (editing.isOvertaken) await context.refresh();
}

/** The texts that differ; an empty one takes it back. */
function changedTexts(names: readonly TextName[], before: Texts, after: Texts): Texts {
  if (names.every((name) => !after[name])) throw new Error('A translation needs a text.');
  const changed = names.filter((name) => (after[name] ?? '') !== (before[name] ?? ''));
  if (changed.length === 0) throw new Error('Nothing is changed.');
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? '']));
}
