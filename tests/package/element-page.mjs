// A page with the element in a form, over Liechtenstein's shard, and what is to be seen of it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { launchChromium, watchFaults } from './chromium.mjs';
import { copyShards, makeProject } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** How long a page may take for what it is asked. */
const PATIENCE_MS = 15_000;

const SCRIPT = `
import { Geocoder } from './node_modules/hereabouts/dist/index.js';
import './node_modules/hereabouts/dist/element.js';
window.geocoder = Geocoder.fromShards([await fetch('/li.shard')]);
window.events = [];
window.box = document.querySelector('geo-autocomplete');
for (const type of ['input', 'change', 'select', 'highlight', 'results', 'error', 'submit']) {
  document.addEventListener(type, ({ detail }) => {
    const told = detail?.message ?? detail?.name ?? detail?.resultsCount ?? detail ?? null;
    window.events.push([type, told]);
  }, { capture: type === 'error' });
}
document.addEventListener('submit', (event) => event.preventDefault());
if (box) box.geocoder = window.geocoder;
await window.geocoder;
window.ready = true;`;

/** Serves a project with the element; `open` gives pages of it. */
export async function elementHost() {
  const project = makeProject();
  copyShards(project);
  project.write('element.js', SCRIPT);
  project.write('other.html', '<!doctype html><title>Other</title><link rel="icon" href="data:,">');
  const host = await serveFolder(project.folder);
  const browser = await launchChromium();
  return {
    async open(markup, options = {}) {
      const { root = '', head = '', ...context } = options;
      project.write(
        'element.html',
        `<!doctype html><html lang="en" ${root}><meta charset="utf-8"><title>Element</title>
        <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">${head}
        <script type="module" src="element.js"></script><body><main><h1>Element</h1>${markup}</main></body></html>`,
      );
      const page = await browser.newPage({ bypassCSP: false, ...context });
      const faults = watchFaults(page, host.url);
      await page.goto(`${host.url}/element.html`);
      await page.waitForFunction(() => window.ready);
      return new ElementPage(page, faults);
    },
    async close() {
      await browser.close();
      host.close();
      project.remove();
    },
  };
}

/** The element as its users see it. */
export class ElementPage {
  constructor(page, faults) {
    this.page = page;
    this.faults = faults;
    this.input = page.getByRole('combobox');
    this.options = page.getByRole('option');
  }

  /** Types a text that has several answers, and waits for them. */
  async suggest(text = 'vaduz') {
    await this.input.fill(text);
    await this.options.nth(1).waitFor();
    await this.settled(({ expanded }) => expanded);
  }

  /** What is shown now. */
  state() {
    return this.page.evaluate(readState);
  }

  /** Waits until what is shown is as wanted, looking once a frame, and returns it. */
  async settled(wanted) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const state = await this.page.evaluate(readState);
      if (wanted(state)) return state;
      if (Date.now() > deadline) throw new Error(`it stays ${JSON.stringify(state)}`);
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  press(...keys) {
    return keys.reduce((done, key) => done.then(() => this.input.press(key)), Promise.resolve());
  }

  /** Events so far, and none of them again. */
  events() {
    return this.page.evaluate(() => window.events.splice(0));
  }

  /** Violations that axe finds in the page. */
  async violations() {
    await this.page.evaluate(readFileSync(axeSource, 'utf8'));
    const found = await this.page.evaluate(async () => (await window.axe.run()).violations);
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  }

  close() {
    return this.page.close();
  }
}

function readState() {
  const box = document.querySelector('geo-autocomplete');
  const shadow = box.shadowRoot;
  const input = shadow.querySelector('input');
  const options = [...shadow.querySelectorAll('[role=option]')];
  const named = input.getAttribute('aria-activedescendant');
  const selected = options.filter((option) => option.ariaSelected === 'true');
  return {
    value: box.value,
    picked: box.result?.name ?? null,
    expanded: input.ariaExpanded === 'true',
    visible: shadow.querySelector('.popup').checkVisibility(),
    active: options.findIndex((option) => option.id === named),
    selected: selected.map((option) => options.indexOf(option)),
    controls: input.getAttribute('aria-controls') === shadow.querySelector('[role=listbox]').id,
    names: options.map((option) => option.querySelector('.name').textContent),
    caret: input.selectionStart,
    focused: document.activeElement === box && shadow.activeElement === input,
    status: shadow.querySelector('[role=status]').textContent,
  };
}
