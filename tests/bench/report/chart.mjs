// Draws latencies as an SVG: for every kind a line from p50 to p99 a contender, on a log scale.

import { CONTENDERS } from '../contenders/index.mjs';
import { ms, percent } from './figures.mjs';
import { FEW } from './pooled.mjs';

const ROW = 15;
const GAP = 22;
const LABELS = 176;
const WIDTH = 880;
const RIGHT = 130;
const TOP = 72;
const DECADES = [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000];
const KINDS = ['prefix-1', 'prefix-3', 'prefix-6', 'exact', 'typo', 'tokens', 'reverse'];
// Legible on white and on dark pages.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .kind { font-weight: 600; }
  .quiet { fill: #59636e; }
  .grid { stroke: #d1d9e0; }
  .peer { stroke: #848d97; fill: #848d97; }
  .ours { stroke: #0969da; fill: #0969da; }
  text.ours { stroke: none; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .peer { stroke: #9198a1; fill: #9198a1; }
    .ours { stroke: #4493f8; fill: #4493f8; }
  }`;

/** Returns the chart of a data set in a host. */
export function latencyChart(set, hostTitle, reports) {
  const body = [];
  let y = TOP;
  for (const kind of KINDS) {
    const rows = reports.filter(({ kinds }) => kinds[kind]);
    if (rows.length === 0) continue;
    body.push(`<text class="kind" x="8" y="${y + 11}">${kind.replace('-', ' ')}</text>`);
    y += ROW + 3;
    for (const report of rows) {
      body.push(row(report, report.kinds[kind], set, y));
      y += ROW;
    }
    y += GAP - ROW;
  }
  const height = y + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Latencies: ${escaped(set.title)}, ${hostTitle}">
<style>${STYLE}</style>
<text class="title" x="8" y="20">${escaped(set.title)}, ${hostTitle}</text>
<text class="quiet" x="8" y="38">milliseconds a query, p50 (dot) to p99 (end of the line), log scale; recall@5 at the right</text>
${grid(height)}
${body.join('\n')}
</svg>
`;
}

function row({ id, records }, { p50, p99, recall5, judged }, set, y) {
  const own = id.startsWith('hereabouts');
  const { title } = CONTENDERS.find((contender) => contender.id === id);
  const middle = y + ROW / 2;
  const name = records === set.records ? title : `${title}*`;
  // Of a few answers a share says little.
  const found = judged < FEW ? '' : `, ${percent(recall5)}`;
  return [
    `<text class="${own ? 'ours' : 'quiet'}" x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${name}</text>`,
    `<line class="${own ? 'ours' : 'peer'}" stroke-width="3" x1="${at(p50)}" x2="${at(p99)}" y1="${middle}" y2="${middle}"/>`,
    `<circle class="${own ? 'ours' : 'peer'}" cx="${at(p50)}" cy="${middle}" r="4"/>`,
    `<text class="quiet" x="${WIDTH - RIGHT + 8}" y="${middle + 4}">${escaped(ms(p50))} ms${found}</text>`,
  ].join('\n');
}

function grid(height) {
  return DECADES.map((decade) => {
    const x = at(decade);
    const label = decade >= 1000 ? `${decade / 1000} s` : `${decade}`;
    return `<line class="grid" x1="${x}" x2="${x}" y1="${TOP - 4}" y2="${height - 8}"/>
<text class="quiet" x="${x}" y="${TOP - 8}" text-anchor="middle">${label}</text>`;
  }).join('\n');
}

/** Place of a time on the scale. */
function at(time) {
  const [low, high] = [Math.log10(DECADES[0]), Math.log10(DECADES.at(-1))];
  const part = (Math.log10(Math.max(time, DECADES[0])) - low) / (high - low);
  return Number((LABELS + Math.min(1, part) * (WIDTH - LABELS - RIGHT)).toFixed(1));
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
