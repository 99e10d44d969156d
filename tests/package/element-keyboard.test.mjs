// The keyboard table of the ARIA pattern "editable combobox with list autocomplete", one row a
// test: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/examples/combobox-autocomplete-list/

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { elementHost } from './element-page.mjs';

let host;
let shown;
before(async () => {
  host = await elementHost();
  shown = await host.open(
    '<form><label>Address <geo-autocomplete name="address"></geo-autocomplete></label><button>Send</button></form>',
  );
});
after(() => host.close());
afterEach(() => assert.deepEqual(shown.faults, []));
beforeEach(async () => {
  await shown.page.evaluate(() => document.querySelector('form').reset());
  await shown.input.focus();
  await shown.suggest();
  await shown.events();
});

/** Checks that an option, or with -1 none, has the highlight while the focus stays in the box. */
async function expectActive(index) {
  const { active, selected, focused, expanded } = await shown.state();
  assert.deepEqual({ active, selected }, { active: index, selected: index < 0 ? [] : [index] });
  assert.ok(focused && expanded);
}

async function expectClosed() {
  const { expanded, visible, active } = await shown.state();
  assert.deepEqual({ expanded, visible, active }, { expanded: false, visible: false, active: -1 });
}

test('typing opens the list without a highlight and tells how many results there are', async () => {
  await expectActive(-1);
  const { status, controls, names } = await shown.state();
  assert.equal(status, `${names.length} results`);
  assert.ok(controls);
  await shown.page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
});

test('down arrow moves the highlight to the next option and from the last to the first', async () => {
  const { names } = await shown.state();
  for (let index = 0; index < names.length; index++) {
    await shown.press('ArrowDown');
    await expectActive(index);
  }
  await shown.press('ArrowDown');
  await expectActive(0);
});

test('up arrow moves the highlight to the last option and then upwards', async () => {
  const { names } = await shown.state();
  await shown.press('ArrowUp');
  await expectActive(names.length - 1);
  await shown.press('ArrowUp');
  await expectActive(names.length - 2);
});

test('alt and up arrow close the list, alt and down arrow open it without a highlight', async () => {
  await shown.press('Alt+ArrowUp');
  await expectClosed();
  assert.equal((await shown.state()).value, 'vaduz');
  await shown.press('Alt+ArrowDown');
  await expectActive(-1);
});

test('down arrow opens a closed list on its first option, up arrow on its last', async () => {
  const { names } = await shown.state();
  await shown.press('Escape', 'ArrowDown');
  await expectActive(0);
  await shown.press('Escape', 'ArrowUp');
  await expectActive(names.length - 1);
});

test('an empty box has no list to open', async () => {
  await shown.press('Escape', 'Escape', 'ArrowDown');
  await expectClosed();
  await shown.press('ArrowUp', 'Alt+ArrowDown');
  await expectClosed();
});

test('enter takes the highlighted option, puts it into the box and closes the list', async () => {
  const { names } = await shown.state();
  await shown.press('ArrowDown', 'ArrowDown', 'Enter');
  await expectClosed();
  const { value, picked, focused, caret } = await shown.state();
  assert.equal(picked, names[1]);
  assert.ok(value.startsWith(names[1]));
  assert.equal(caret, value.length);
  assert.ok(focused);
  assert.deepEqual((await shown.events()).slice(-4), [
    ['highlight', null],
    ['input', null],
    ['select', names[1]],
    ['change', null],
  ]);
});

test('enter without a highlight takes the first option', async () => {
  const { names } = await shown.state();
  await shown.press('Enter');
  assert.equal((await shown.state()).picked, names[0]);
});

test('enter in a closed box sends the form', async () => {
  await shown.press('Escape', 'Enter');
  assert.deepEqual((await shown.events()).at(-1), ['submit', null]);
});

test('escape first closes the list and then clears the box', async () => {
  await shown.press('ArrowDown', 'Escape');
  await expectClosed();
  assert.equal((await shown.state()).value, 'vaduz');
  await shown.events();
  await shown.press('Escape');
  assert.equal((await shown.state()).value, '');
  assert.deepEqual(await shown.events(), [['input', null]]);
});

test('home and end put the cursor to the ends of the text and drop the highlight', async () => {
  await shown.press('ArrowDown', 'Home');
  await expectActive(-1);
  assert.equal((await shown.state()).caret, 0);
  await shown.press('ArrowDown', 'End');
  await expectActive(-1);
  assert.equal((await shown.state()).caret, 'vaduz'.length);
});

test('left and right arrows move the cursor in the text and drop the highlight', async () => {
  await shown.press('ArrowDown', 'ArrowLeft');
  await expectActive(-1);
  assert.equal((await shown.state()).caret, 4);
  await shown.press('ArrowDown', 'ArrowRight');
  await expectActive(-1);
  assert.equal((await shown.state()).caret, 5);
});

test('printable characters, backspace and delete edit the text and drop the highlight', async () => {
  await shown.press('ArrowDown');
  await shown.input.pressSequentially(' s');
  assert.equal((await shown.state()).value, 'vaduz s');
  await shown.settled(({ active, expanded }) => active === -1 && expanded);
  await shown.press('ArrowDown', 'Backspace');
  await shown.press('ArrowDown', 'Home', 'Delete');
  const { value, active } = await shown.state();
  assert.deepEqual({ value, active }, { value: 'aduz ', active: -1 });
});

test('shift, control and the system keys stay the text box’s own', async () => {
  await shown.press('Control+a');
  await shown.input.pressSequentially('schaan');
  const { value } = await shown.settled(({ names }) => names.some((name) => /Schaan/.test(name)));
  assert.equal(value, 'schaan');
  await shown.press('Shift+Home');
  const selected = await shown.input.evaluate((input) => input.selectionEnd - input.selectionStart);
  assert.equal(selected, 'schaan'.length);
});

test('tab takes the highlighted option and moves the focus on', async () => {
  const { names } = await shown.state();
  await shown.press('ArrowDown', 'Tab');
  const { picked, focused } = await shown.state();
  assert.deepEqual({ picked, focused }, { picked: names[0], focused: false });
  await expectClosed();
});

test('tab without a highlight closes the list and keeps the text', async () => {
  await shown.press('Tab');
  const { value, picked } = await shown.state();
  assert.deepEqual({ value, picked }, { value: 'vaduz', picked: null });
  await expectClosed();
});

test('keys of an input method are left to it', async () => {
  await shown.press('ArrowDown');
  // Safari ends the composition before the key that ends it, which then has a code of its own.
  for (const told of [{ isComposing: true }, { keyCode: 229 }]) {
    await shown.input.evaluate(
      (input, told) =>
        input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...told })),
      told,
    );
    await expectActive(0);
    assert.equal((await shown.state()).picked, null);
  }
});

/** Holds the answers to searches back until `release` is called in the page. */
const hold = () =>
  shown.page.evaluate(() => {
    const held = new Promise((resolve) => (window.release = resolve));
    box.geocoder = {
      async search(query, options) {
        await held;
        return (await window.geocoder).search(query, options);
      },
    };
  });

const release = () => shown.page.evaluate(() => window.release());

/** Lets answers come as they are ready again. */
const answerAtOnce = () =>
  shown.page.evaluate(() => {
    box.geocoder = window.geocoder;
  });

test('enter before the answer is there takes the first of that answer, not of the one before', async () => {
  for (const keys of [['Enter'], ['ArrowDown', 'Enter'], ['ArrowDown', 'ArrowUp', 'Enter']]) {
    await shown.suggest('vaduz');
    await hold();
    await shown.input.fill('schaan');
    await shown.press(...keys);
    assert.equal((await shown.state()).picked, null, `${keys}`);
    await release();
    const { picked } = await shown.settled(({ picked }) => picked !== null);
    assert.match(picked, /^Schaan/, `${keys}`);
    await expectClosed();
    await answerAtOnce();
  }
});

test('who types on, closes the list or leaves takes nothing of what is still to come', async () => {
  for (const key of ['a', 'Escape', 'Tab']) {
    await hold();
    await shown.input.fill('schaan');
    await shown.press('Enter', key);
    await release();
    const { picked } = await shown.settled(({ names }) =>
      names.some((name) => /Schaan/.test(name)),
    );
    assert.equal(picked, null, key);
    await answerAtOnce();
    await shown.input.focus();
  }
});

test('a second enter does not wait for the answer and sends the form', async () => {
  await hold();
  await shown.input.fill('schaan');
  await shown.press('Enter');
  await shown.events();
  await shown.press('Enter');
  assert.deepEqual(await shown.events(), [
    ['change', null],
    ['submit', null],
  ]);
  await answerAtOnce();
});

test('enter sends the form where there is nothing to take', async () => {
  await shown.input.fill('qqqqxxzz 99');
  await shown.settled(({ status }) => /Nothing/.test(status));
  await shown.press('Enter');
  assert.deepEqual((await shown.events()).slice(-2), [
    ['change', null],
    ['submit', null],
  ]);
  // A text that is too short to be searched has no list that Escape would close.
  await shown.page.evaluate(() => box.setAttribute('min-length', '3'));
  await shown.input.fill('va');
  await expectClosed();
  await shown.press('Enter');
  assert.deepEqual((await shown.events()).at(-1), ['submit', null]);
  await shown.press('Escape');
  assert.equal((await shown.state()).value, '');
  await shown.page.evaluate(() => box.removeAttribute('min-length'));
});

test('enter in a read-only box sends the form, and not where the page has taken the key', async () => {
  await shown.press('Escape');
  await shown.page.evaluate(() => box.toggleAttribute('readonly', true));
  await shown.press('Enter');
  assert.deepEqual((await shown.events()).at(-1), ['submit', null]);
  await shown.page.evaluate(() => {
    box.toggleAttribute('readonly', false);
    const take = (event) => event.preventDefault();
    document.querySelector('form').addEventListener('keydown', take, { once: true });
  });
  await shown.press('Enter');
  assert.deepEqual(await shown.events(), []);
  await shown.press('Enter');
  assert.deepEqual(await shown.events(), [['submit', null]]);
});

test('escape that closes the list leaves the dialog around it open', async () => {
  const { page } = shown;
  await page.evaluate(() => {
    const dialog = document.createElement('dialog');
    document.querySelector('main').append(dialog);
    dialog.append(document.querySelector('form'));
    dialog.showModal();
  });
  await shown.input.focus();
  await shown.suggest();
  await shown.press('Escape');
  await expectClosed();
  const open = () => page.evaluate(() => document.querySelector('dialog').open);
  assert.ok(await open());
  await shown.press('Escape', 'Escape');
  assert.ok(!(await open()));
  await page.evaluate(() => {
    document.querySelector('main').append(document.querySelector('form'));
  });
});
