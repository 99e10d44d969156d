// Bases and how the approved patches fit them, with the patches that do not.

import { h } from '../../dom.js';
import { filterForm, selectField, textField } from '../../form.js';
import { ApiFailure } from '../api.js';
import { bytes, count } from '../format.js';
import { pageHash, pager } from '../parts/pager.js';
import { table } from '../parts/table.js';
import type { Conflict, CountryStatus, Manifest, Outcome, Page, SyncStatus } from '../types.js';
import { type Context, hashOf, loadBelow, type View } from '../view.js';
import { conflictCard } from './conflict.js';

const OUTCOMES: readonly (readonly [Outcome, string])[] = [
  ['conflict', 'Conflict: the base changed, too'],
  ['orphan', 'Orphan: the record is gone'],
  ['redundant', 'Redundant: the base says the same'],
];

interface CountryRow extends CountryStatus {
  readonly code: string;
  readonly overlay: Manifest['countries'][string]['overlay'];
}

/** Loads the page. */
export async function basesPage(context: Context): Promise<View> {
  const { session, route, go } = context;
  const { api } = session;
  const parameters = new URLSearchParams(route.filters);
  if (!parameters.has('limit')) parameters.set('limit', '10');
  const heading = h('h1', { tabindex: -1 }, 'Bases');
  const form = filterForm('Patches that do not fit', filters(route.filters), (wanted) =>
    go(hashOf('bases', '', wanted)),
  );
  const loading = Promise.all([
    api.get<SyncStatus>('/sync/v1/status').catch(notOffered),
    api.get<Page<Conflict>>(`/sync/v1/conflicts?${parameters}`).catch(notOffered),
    session.may('sync:read') ? api.get<Manifest>('/sync/v1/manifest') : null,
  ]);
  const [status, conflicts, manifest] = await loadBelow([heading, form], loading);
  if (!status || !conflicts) {
    const told = h('p', { class: 'empty' }, 'This server does not tell how patches fit its bases.');
    return { title: 'Bases', nodes: [heading, told] };
  }
  const rows = Object.entries(status.data.countries).map(([code, country]) => ({
    code,
    ...country,
    overlay: manifest?.data.countries[code]?.overlay,
  }));
  const {
    data: list,
    data: { total },
  } = conflicts;
  return {
    title: 'Bases',
    nodes: [
      heading,
      h(
        'p',
        { class: 'lead' },
        `Version ${status.data.version} of the manifest, epoch `,
        h('code', {}, status.data.epoch.slice(0, 8)),
      ),
      countryTable(rows),
      h('h2', { id: 'conflicts' }, 'Patches that do not fit'),
      form,
      list.data.length === 0
        ? h('p', { class: 'empty' }, 'All approved patches fit, as far as they were asked for.')
        : h('div', { class: 'conflicts' }, ...list.data.map((item) => conflictCard(context, item))),
      pager(
        count(total, 'patch', 'patches'),
        pageHash('bases', list.previousUrl),
        pageHash('bases', list.nextUrl),
      ),
    ],
  };
}

/** Servers of before have no such route. */
function notOffered(error: unknown): null {
  if (error instanceof ApiFailure && error.status === 404) return null;
  throw error;
}

function filters(chosen: URLSearchParams): HTMLElement[] {
  return [
    textField({
      name: 'country',
      label: 'Country code',
      value: chosen.get('country') ?? '',
      maxlength: 2,
    }),
    selectField('outcome', 'What', [['', 'All'], ...OUTCOMES], chosen.get('outcome') ?? ''),
  ];
}

function countryTable(rows: readonly CountryRow[]): HTMLElement {
  const outcome = (name: Outcome) => ({
    heading: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    cell: ({ outcomes }: CountryRow) => `${outcomes[name] ?? 0}`,
  });
  return table(
    'Countries',
    [
      {
        heading: 'Country',
        names: true,
        cell: ({ name, code }: CountryRow) => [
          h('span', { class: 'row-name' }, name),
          h('code', { class: 'muted' }, code),
        ],
      },
      { heading: 'Generation', cell: ({ generation }) => h('code', {}, generation) },
      { heading: 'Base', cell: ({ sizeBytes }) => bytes(sizeBytes) },
      { heading: 'Head', cell: ({ head }) => `${head}` },
      { heading: 'Snapshot', cell: ({ overlay }) => snapshot(overlay) },
      { heading: 'Segments', cell: ({ overlay }) => segments(overlay) },
      { heading: 'Pending', cell: ({ pending }) => `${pending}` },
      outcome('applied'),
      outcome('redundant'),
      outcome('orphan'),
      outcome('conflict'),
    ],
    rows,
    'No country is served.',
  );
}

function snapshot(overlay: CountryRow['overlay']): string {
  if (!overlay?.snapshot) return '–';
  return `${bytes(overlay.snapshot.size)} at ${overlay.snapshot.seq}`;
}

function segments(overlay: CountryRow['overlay']): string {
  if (!overlay || overlay.segments.length === 0) return '–';
  const size = overlay.segments.reduce((sum, segment) => sum + segment.size, 0);
  return `${bytes(size)} in ${overlay.segments.length}`;
}
