// How the element looks and what assistive technology finds: both themes, both sizes, both
// directions of writing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { elementHost } from './element-page.mjs';

let host;
before(async () => {
  host = await elementHost();
});
after(() => host.close());

const MARKUP =
  '<label>Address <geo-autocomplete name="address" required></geo-autocomplete></label>';
const PHONE = { width: 390, height: 844 };

/** Markup by which a page chooses its theme. */
const scheme = (theme) => `<meta name="color-scheme" content="${theme}">`;

/** Value of a style of a node in the shadow tree. */
const style = (shown, selector, property) =>
  shown.page.evaluate(
    ([selector, property]) =>
      getComputedStyle(window.box.shadowRoot.querySelector(selector))[property],
    [selector, property],
  );

for (const theme of ['light', 'dark']) {
  for (const [device, viewport] of Object.entries({
    desktop: { width: 1000, height: 700 },
    phone: PHONE,
  })) {
    test(`axe finds nothing in the ${theme} theme on a ${device}`, async () => {
      // What fades in has less contrast until it is there.
      const still = { reducedMotion: 'reduce' };
      const shown = await host.open(MARKUP, { head: scheme(theme), viewport, ...still });
      assert.deepEqual(await shown.violations(), [], 'empty');
      await shown.suggest();
      await shown.press('ArrowDown');
      assert.deepEqual(await shown.violations(), [], 'suggestions');
      await shown.input.fill('qqqqzzzz xyxyxy');
      await shown.settled(({ status }) => status === 'Nothing found');
      assert.deepEqual(await shown.violations(), [], 'nothing found');
      await shown.page.evaluate(() => {
        window.box.options = { maxResults: 99 };
      });
      await shown.input.fill('vaduz');
      await shown.settled(({ status }) => status === 'The search failed');
      assert.deepEqual(await shown.violations(), [], 'failed');
      await shown.press('Escape', 'Escape');
      await shown.page.evaluate(() => window.box.reportValidity());
      assert.deepEqual(await shown.violations(), [], 'invalid');
      assert.deepEqual(shown.faults, []);
      await shown.close();
    });
  }
}

test('the theme is that of the page, whatever the system prefers', async () => {
  const colours = [];
  for (const head of ['', scheme('dark'), scheme('light dark')]) {
    const shown = await host.open(MARKUP, { head, colorScheme: 'dark' });
    colours.push(await style(shown, 'input', 'backgroundColor'));
    await shown.close();
  }
  const [light, dark, system] = colours;
  assert.deepEqual([light, system], ['rgb(255, 255, 255)', dark]);
  assert.notEqual(light, dark);
});

test('pages change colours by custom properties and everything else by parts', async () => {
  const shown = await host.open(MARKUP);
  await shown.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`geo-autocomplete { --geo-background: rgb(1, 2, 3); --geo-radius: 0px; --geo-mark: rgb(9, 9, 9) }
      geo-autocomplete::part(option active) { letter-spacing: 3px }
      geo-autocomplete::part(icon-city) { opacity: 0.5 }`);
    document.adoptedStyleSheets = [sheet];
  });
  await shown.suggest();
  await shown.press('ArrowDown');
  assert.equal(await style(shown, 'input', 'backgroundColor'), 'rgb(1, 2, 3)');
  assert.equal(await style(shown, 'input', 'borderStartStartRadius'), '0px');
  assert.equal(await style(shown, 'mark', 'color'), 'rgb(9, 9, 9)');
  assert.equal(await style(shown, 'li[aria-selected="true"]', 'letterSpacing'), '3px');
  assert.equal(await style(shown, 'li[aria-selected="false"]', 'letterSpacing'), 'normal');
  assert.equal(await style(shown, '[part~="icon-city"]', 'opacity'), '0.5');
  await shown.close();
});

test('each type of result has an icon of its own, named for those who do not see it', async () => {
  const shown = await host.open(MARKUP);
  await shown.page.evaluate(() => {
    window.box.options = { maxResults: 20, language: 'en' };
  });
  const paths = new Map();
  for (const query of ['vaduz', 'Städtle 43', 'liechtenstein', 'schaan bahnhof', 'schloss vaduz']) {
    await shown.input.fill(query);
    const asked = query.split(' ')[0].slice(0, 5).toLowerCase();
    await shown.settled(({ names }) => names.some((name) => name.toLowerCase().includes(asked)));
    const icons = await shown.page.evaluate(() =>
      [...window.box.shadowRoot.querySelectorAll('.icon')].map((icon) => [
        icon.ariaLabel,
        icon.querySelector('path').getAttribute('d'),
      ]),
    );
    for (const [kind, path] of icons) paths.set(kind, path);
  }
  for (const kind of ['Address', 'Street', 'City', 'Country', 'Bus stop', 'Railway station']) {
    assert.ok(paths.has(kind), `${kind} of ${[...paths.keys()]}`);
  }
  assert.equal(new Set(paths.values()).size, paths.size);
  await shown.close();
});

test('in pages that are written from right to left everything changes sides', async () => {
  const shown = await host.open(MARKUP, {
    root: 'dir="rtl"',
    viewport: { width: 800, height: 600 },
  });
  await shown.suggest();
  const sides = await shown.page.evaluate(() => {
    const at = (selector) => window.box.shadowRoot.querySelector(selector).getBoundingClientRect();
    const box = at('input');
    const middle = (box.left + box.right) / 2;
    return {
      clear: at('.clear').right < middle,
      icon: at('.icon').left > middle,
      name: at('bdi').right > middle,
      direction: getComputedStyle(window.box.shadowRoot.querySelector('bdi')).direction,
    };
  });
  assert.deepEqual(sides, { clear: true, icon: true, name: true, direction: 'ltr' });
  await shown.close();
});

test('on a phone the list covers the screen above everything, and goes back when it is done', async () => {
  const covering = '<div id="over">covers</div>';
  const touch = { viewport: PHONE, hasTouch: true };
  const shown = await host.open(`${MARKUP}${covering}`, touch);
  await shown.page.evaluate(() => {
    const over = document.getElementById('over');
    Object.assign(over.style, {
      position: 'fixed',
      inset: '0',
      zIndex: 2147483647,
      background: 'red',
      pointerEvents: 'none',
    });
    over.parentElement.style.transform = 'translateX(30px)';
  });
  const covered = () =>
    shown.page.evaluate(() => {
      const { left, top, width, height } = window.box.shadowRoot
        .querySelector('.root')
        .getBoundingClientRect();
      return [left, top, width, height];
    });
  const height = () => shown.page.evaluate(() => window.box.getBoundingClientRect().height);
  const before = await height();
  await shown.suggest();
  assert.deepEqual(await covered(), [0, 0, PHONE.width, PHONE.height]);
  assert.ok((await shown.state()).focused, 'the box keeps the focus');
  assert.equal(await height(), before, 'the page behind does not move');
  await shown.options.nth(1).tap();
  const { picked, names: left } = await shown.state();
  assert.ok(picked);
  assert.deepEqual(left, []);
  assert.notDeepEqual((await covered()).slice(2), [PHONE.width, PHONE.height]);
  await shown.input.fill('schaan');
  await shown.options.nth(1).waitFor();
  await shown.page.getByRole('button', { name: 'Close suggestions' }).tap();
  const { expanded, value, focused } = await shown.state();
  assert.deepEqual(
    { expanded, value, focused },
    { expanded: false, value: 'schaan', focused: true },
  );
  await shown.page.evaluate(() => window.box.setAttribute('sheet', 'off'));
  await shown.press('ArrowDown');
  assert.notDeepEqual((await covered()).slice(2), [PHONE.width, PHONE.height]);
  assert.deepEqual(shown.faults, []);
  await shown.close();
});

test('nothing moves for those who prefer that', async () => {
  const names = [];
  for (const reducedMotion of ['reduce', 'no-preference']) {
    const shown = await host.open(MARKUP, { reducedMotion });
    await shown.suggest();
    names.push(await style(shown, '.popup', 'animationName'));
    await shown.close();
  }
  assert.deepEqual(names, ['none', 'appear']);
});

test('the highlight is seen in forced colours too', async () => {
  const shown = await host.open(MARKUP, { forcedColors: 'active' });
  await shown.suggest();
  await shown.press('ArrowDown');
  assert.equal(await style(shown, 'li[aria-selected="true"]', 'outlineStyle'), 'solid');
  assert.equal(await style(shown, 'li[aria-selected="false"]', 'outlineStyle'), 'none');
  await shown.close();
});
