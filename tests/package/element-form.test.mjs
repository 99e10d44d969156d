// The element as a control of forms, and its searches: values, validity, options, events.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { elementHost } from './element-page.mjs';

let host;
before(async () => {
  host = await elementHost();
});
after(() => host.close());

/** Runs a test over a page with a form, and closes the page without faults. */
async function withForm(markup, run) {
  const shown = await host.open(`<form>${markup}<button>Send</button></form>`);
  const evaluate = (source, argument) => shown.page.evaluate(source, argument);
  const sent = () =>
    evaluate(() => Object.fromEntries(new FormData(document.querySelector('form'))));
  await run({ shown, evaluate, sent });
  assert.deepEqual(shown.faults, []);
  await shown.close();
}

test('a form sends the text, and the fields of the picked result that are wanted', () =>
  withForm(
    '<geo-autocomplete name="address" fields="coordinates zipcode type"></geo-autocomplete>',
    async ({ shown, sent }) => {
      const empty = { 'address.coordinates': '', 'address.zipcode': '', 'address.type': '' };
      assert.deepEqual(await sent(), { address: '', ...empty });
      await shown.suggest('Städtle 43');
      assert.deepEqual(await sent(), { address: 'Städtle 43', ...empty });
      await shown.press('Enter');
      assert.deepEqual(await sent(), {
        address: 'Städtle 43, 9490 Vaduz, Liechtenstein',
        'address.coordinates': '47.13814, 9.52271',
        'address.zipcode': '9490',
        'address.type': 'street',
      });
      await shown.input.pressSequentially('x');
      assert.equal((await sent())['address.coordinates'], '');
    },
  ));

test('an empty box that is required stops the form, and says so in the words of the browser', () =>
  withForm(
    '<geo-autocomplete name="address" required></geo-autocomplete>',
    async ({ shown, evaluate }) => {
      const seen = () =>
        evaluate(() => ({
          missing: box.validity.valueMissing,
          valid: box.checkValidity(),
          said:
            box.validationMessage ===
            Object.assign(document.createElement('input'), { required: true }).validationMessage,
          invalid: box.shadowRoot.querySelector('input').ariaInvalid,
          told: box.shadowRoot.querySelector('input').required,
        }));
      const before = await shown.input.getAttribute('aria-invalid');
      assert.equal(before, 'false', 'faults are not shown before the user had a chance');
      await shown.page.getByRole('button', { name: 'Send' }).click();
      assert.deepEqual(await seen(), {
        missing: true,
        valid: false,
        said: true,
        invalid: 'true',
        told: true,
      });
      assert.ok((await shown.state()).focused, 'the browser leads to what is invalid');
      await shown.suggest();
      await shown.press('Enter');
      assert.ok(await evaluate(() => box.validity.valid && box.reportValidity()));
      assert.equal(await shown.input.getAttribute('aria-invalid'), 'false');
      await shown.press('Enter');
      assert.ok((await shown.events()).some(([type]) => type === 'submit'));
    },
  ));

test('enter sends the form by its button, and not at all when that is disabled', () =>
  withForm('<geo-autocomplete name="a" value="Vaduz"></geo-autocomplete>', async (form) => {
    const { shown, evaluate } = form;
    await evaluate(() => {
      document.querySelector('button').name = 'by';
      document.addEventListener('submit', ({ submitter }) => {
        window.submitter = submitter.name;
      });
      document.querySelector('button').disabled = true;
    });
    await shown.input.focus();
    await shown.press('Enter');
    assert.equal(await evaluate(() => window.submitter), undefined);
    await evaluate(() => {
      document.querySelector('button').disabled = false;
    });
    await shown.press('Enter');
    assert.equal(await evaluate(() => window.submitter), 'by');
  }));

test('what is missing is told again after the box was disabled', () =>
  withForm(
    '<fieldset disabled><geo-autocomplete required></geo-autocomplete></fieldset>',
    async ({ evaluate }) => {
      const missing = () => evaluate(() => box.matches(':invalid'));
      const isDisabled = (fieldset, own) =>
        evaluate(
          ([fieldset, own]) => {
            document.querySelector('fieldset').disabled = fieldset;
            box.disabled = own;
          },
          [fieldset, own],
        );
      assert.equal(await missing(), false);
      await isDisabled(false, false);
      assert.equal(await missing(), true);
      await isDisabled(true, false);
      await evaluate(() => box.form.reset());
      await isDisabled(false, false);
      assert.equal(await missing(), true);
      await isDisabled(false, true);
      await evaluate(() => {
        box.value = '';
      });
      await isDisabled(false, false);
      assert.equal(await missing(), true);
    },
  ));

test('frameworks set properties to what they have, and to nothing', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown, evaluate }) => {
    const after = (properties) =>
      evaluate((properties) => {
        for (const [name, value] of properties) box[name] = value;
        return [...box.attributes].map(({ name, value }) => `${name}=${value}`).join();
      }, properties);
    const set = [
      ['required', true],
      ['disabled', true],
      ['name', 'a'],
    ];
    assert.equal(await after(set), 'required=,disabled=,name=a');
    const unset = set.map(([name]) => [name, undefined]);
    assert.equal(await after(unset), '');
    assert.equal(await after([['value', 'Va\nduz\r\n']]), '');
    assert.equal((await shown.state()).value, 'Vaduz');
  }));

test('parts of a picked result are sent by their names', () =>
  withForm(
    '<geo-autocomplete name="a" fields="street street.number street.none none.of"></geo-autocomplete>',
    async ({ shown, sent }) => {
      await shown.suggest('Städtle 43');
      await shown.press('Enter');
      const { a, ...parts } = await sent();
      assert.deepEqual(parts, {
        'a.street': 'Städtle',
        'a.street.number': '43',
        'a.street.none': '',
        'a.none.of': '',
      });
    },
  ));

test('the page hears of a text before its form is sent, and of one that was picked', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown }) => {
    await shown.suggest('Städtle 43');
    await shown.events();
    await shown.press('Enter');
    const types = async () => (await shown.events()).map(([type]) => type);
    assert.deepEqual(await types(), ['input', 'select', 'change']);
    await shown.suggest('vaduz');
    await shown.press('Escape');
    await shown.events();
    await shown.press('Enter');
    assert.deepEqual(await types(), ['change', 'submit']);
  }));

test('nothing is said aloud to who has left the box', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown, evaluate }) => {
    await evaluate(() => {
      const held = new Promise((resolve) => (window.release = resolve));
      box.geocoder = {
        search: async (query) => held.then(() => geocoder).then((g) => g.search(query)),
      };
    });
    await shown.input.fill('vaduz');
    await shown.settled(({ status }) => status === 'Searching');
    await shown.page.getByRole('button', { name: 'Send' }).focus();
    assert.equal((await shown.state()).status, '');
    await evaluate(() => window.release());
    const { status, expanded } = await shown.settled(({ names }) => names.length > 0);
    assert.deepEqual([status, expanded], ['', false]);
  }));

test('a strict box takes only what was picked, and the page may refuse that too', () =>
  withForm('<geo-autocomplete strict></geo-autocomplete>', async ({ shown, evaluate }) => {
    const validity = () => evaluate(() => [box.validity.valid, box.validationMessage]);
    assert.deepEqual(await validity(), [true, '']);
    await shown.suggest();
    assert.deepEqual(await validity(), [false, 'Choose an entry from the list.']);
    await shown.press('Enter');
    assert.deepEqual(await validity(), [true, '']);
    await shown.press('ArrowDown');
    await shown.options.first().waitFor();
    assert.deepEqual(await validity(), [true, ''], 'looking for more like it unpicks nothing');
    await evaluate(() => box.setCustomValidity('not there'));
    assert.deepEqual(await validity(), [false, 'not there']);
    await evaluate(() => box.setCustomValidity(''));
    assert.deepEqual(await validity(), [true, '']);
  }));

test('resetting the form brings back the value of the attribute', () =>
  withForm(
    '<geo-autocomplete name="a" value="Vaduz" required></geo-autocomplete>',
    async ({ shown, evaluate, sent }) => {
      assert.deepEqual(await sent(), { a: 'Vaduz' });
      await shown.suggest('schaan');
      await shown.press('Enter');
      await evaluate(() => box.setAttribute('value', 'Balzers'));
      assert.match((await sent()).a, /^Schaan/);
      await evaluate(() => box.form.reset());
      assert.deepEqual(await sent(), { a: 'Balzers' });
      assert.equal((await shown.state()).picked, null);
      await evaluate(() => {
        box.value = 'Triesen';
      });
      assert.deepEqual(await sent(), { a: 'Triesen' });
    },
  ));

test('a disabled fieldset disables the box, and a read-only one only shows its text', () =>
  withForm(
    '<fieldset disabled><geo-autocomplete name="a" value="Vaduz"></geo-autocomplete></fieldset>',
    async ({ shown, evaluate, sent }) => {
      assert.deepEqual(await sent(), {});
      assert.ok(await shown.input.isDisabled());
      await evaluate(() => {
        document.querySelector('fieldset').disabled = false;
        box.toggleAttribute('readonly', true);
      });
      assert.deepEqual(await sent(), { a: 'Vaduz' });
      await shown.input.focus();
      await shown.press('ArrowDown', 'x');
      const { value, expanded } = await shown.state();
      assert.deepEqual({ value, expanded }, { value: 'Vaduz', expanded: false });
      assert.ok(await shown.page.getByRole('button', { name: 'Clear' }).isHidden());
    },
  ));

test('what was picked is there again after going back', () =>
  withForm(
    '<geo-autocomplete name="address" strict></geo-autocomplete>',
    async ({ shown, evaluate }) => {
      await shown.suggest('Städtle 43');
      await shown.press('Enter');
      const before = await shown.state();
      await shown.page.goto(new URL('/other.html', shown.page.url()).href);
      await shown.page.goBack();
      await shown.page.waitForFunction(() => window.ready && window.box.value !== '');
      const { value, picked } = await shown.state();
      assert.deepEqual({ value, picked }, { value: before.value, picked: 'Städtle 43' });
      assert.ok(await evaluate(() => box.validity.valid));
    },
  ));

test('labels of the page name the box and lead to it', () =>
  withForm(
    '<label for="where">Delivery address</label><geo-autocomplete id="where"></geo-autocomplete>',
    async ({ shown, evaluate }) => {
      await shown.page.getByRole('combobox', { name: 'Delivery address' }).waitFor();
      await shown.page.getByText('Delivery address').click();
      assert.ok((await shown.state()).focused);
      await evaluate(() => box.setAttribute('label', 'Home'));
      await shown.page.getByRole('combobox', { name: 'Home' }).waitFor();
    },
  ));

test('a press on an option picks it, one elsewhere closes the list, and the cross empties the box', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown }) => {
    await shown.suggest();
    const { names } = await shown.state();
    await shown.events();
    await shown.options.nth(1).click();
    assert.equal((await shown.state()).picked, names[1]);
    assert.ok((await shown.state()).focused);
    await shown.page.getByRole('button', { name: 'Clear' }).click();
    const { value, picked, focused } = await shown.state();
    assert.deepEqual({ value, picked, focused }, { value: '', picked: null, focused: true });
    assert.deepEqual(
      (await shown.events()).map(([type]) => type),
      ['input', 'select', 'change', 'input'],
    );
    await shown.suggest();
    await shown.page.getByRole('heading').click();
    const left = await shown.state();
    assert.deepEqual([left.expanded, left.visible, left.value], [false, false, 'vaduz']);
    assert.equal((await shown.events()).at(-1)[0], 'change');
  }));

test('only the newest of several searches is shown, and those between are never asked', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown, evaluate }) => {
    await evaluate(() => {
      window.asked = [];
      const held = new Promise((resolve) => (window.release = resolve));
      box.geocoder = {
        async search(query, options) {
          window.asked.push(query);
          if (window.asked.length === 1) await held;
          return (await window.geocoder).search(query, options);
        },
      };
    });
    await shown.input.fill('balzers');
    await shown.settled(({ status }) => status === 'Searching');
    await shown.input.fill('triesen');
    await shown.input.fill('schaan');
    await evaluate(() => window.release());
    const { names, status } = await shown.settled(({ names }) => names.length > 0);
    assert.ok(
      names.every((name) => /Schaan/.test(name)),
      names.join(),
    );
    assert.equal(status, `${names.length} results`);
    assert.deepEqual(await evaluate(() => window.asked), ['balzers', 'schaan']);
  }));

test('what is typed before there is a geocoder is answered when it comes', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown, evaluate }) => {
    await evaluate(() => {
      box.geocoder = null;
    });
    await shown.input.fill('vaduz');
    await shown.settled(({ status }) => status === 'Searching');
    await evaluate(() => {
      box.geocoder = window.geocoder;
    });
    await shown.settled(({ names }) => names.length > 1);
  }));

test('properties that are set before the module is there count as well', () =>
  withForm('<p></p>', async ({ shown, evaluate }) => {
    await evaluate(async () => {
      // An element of a document without a registry stays what it is until it is adopted.
      const early = document.implementation.createHTMLDocument().createElement('geo-autocomplete');
      Object.assign(early, {
        value: 'vaduz',
        required: true,
        options: { maxResults: 2 },
        strings: { label: 'Ziel' },
      });
      early.geocoder = window.geocoder;
      window.box = early;
      document.querySelector('p').append(early);
    });
    await shown.page.getByRole('combobox', { name: 'Ziel' }).press('ArrowDown');
    const { names, value } = await shown.settled(({ names }) => names.length > 0);
    assert.deepEqual([names.length, value], [2, 'vaduz']);
    assert.ok(await evaluate(() => box.hasAttribute('required')));
  }));

test('a search that fails is told to the user and to the page, and the next one works', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown, evaluate }) => {
    await evaluate(() => box.setAttribute('max-results', '99'));
    await shown.input.fill('vaduz');
    const { visible, expanded } = await shown.settled(
      ({ status }) => status === 'The search failed',
    );
    assert.deepEqual([visible, expanded], [true, false]);
    const [, message] = (await shown.events()).find(([type]) => type === 'error');
    assert.match(message, /maxResults|options/);
    await evaluate(() => box.removeAttribute('max-results'));
    await shown.suggest('vaduz ');
    await shown.input.fill('qqqqzzzz xyxyxy');
    await shown.settled(({ status, visible }) => status === 'Nothing found' && visible);
  }));

test('attributes and the property `options` say what is searched', () =>
  withForm(
    '<geo-autocomplete types="city, -bus" max-results="2" language="de" countries="li"></geo-autocomplete>',
    async ({ shown, evaluate }) => {
      await shown.input.fill('v');
      assert.equal((await shown.settled(({ names }) => names.length > 0)).names.length, 2);
      await evaluate(() => {
        box.options = { types: ['street'], maxResults: 7 };
      });
      await shown.input.fill('st');
      assert.equal((await shown.settled(({ names }) => names.length === 7)).names.length, 7);
      await evaluate(() => box.setAttribute('min-length', '3'));
      await shown.input.fill('sta');
      await shown.settled(({ names }) => names.length > 0);
      await shown.input.fill('st');
      const { names, status, visible } = await shown.state();
      assert.deepEqual({ names, status, visible }, { names: [], status: '', visible: false });
    },
  ));

test('names of places never become markup', () =>
  withForm('<geo-autocomplete></geo-autocomplete>', async ({ shown, evaluate }) => {
    const markup = '<img src=x onerror="window.hacked=1">';
    await evaluate((hostile) => {
      box.geocoder = {
        async search(_query, options) {
          const answer = await (await window.geocoder).search('vaduz', options);
          const [first] = answer.results;
          const escaped = hostile
            .replace('<', '&lt;')
            .replace('>', '&gt;')
            .replaceAll('"', '&quot;');
          answer.results = [
            {
              ...first,
              name: hostile,
              city: hostile,
              country: hostile,
              highlight: `<mark>A&amp;B</mark> ${escaped}`,
            },
            { ...first, name: hostile, highlight: hostile },
          ];
          return answer;
        },
      };
    }, markup);
    await shown.input.fill('x');
    const { names } = await shown.settled(({ names }) => names.length === 2);
    assert.deepEqual(names, [`A&B ${markup}`, markup]);
    const marks = await evaluate(() =>
      [...box.shadowRoot.querySelectorAll('mark')].map((mark) => mark.textContent),
    );
    assert.deepEqual(marks, ['A&B']);
    await shown.press('Enter');
    assert.equal(await evaluate(() => window.hacked), undefined);
    assert.equal(await shown.page.locator('img').count(), 0);
  }));

test('every text can be said in another language', () =>
  withForm('<geo-autocomplete strict></geo-autocomplete>', async ({ shown, evaluate }) => {
    await evaluate(() => {
      box.strings = {
        label: 'Adresse suchen',
        list: 'Vorschläge',
        clear: 'Leeren',
        pick: 'Bitte aus der Liste wählen.',
        none: 'Nichts gefunden',
        found: (count) => `${count} Treffer`,
        kinds: { city: 'Ort' },
      };
    });
    await shown.page.getByRole('combobox', { name: 'Adresse suchen' }).waitFor();
    await shown.suggest();
    const { status, names } = await shown.state();
    assert.equal(status, `${names.length} Treffer`);
    await shown.page.getByRole('listbox', { name: 'Vorschläge' }).waitFor();
    await shown.page.getByRole('button', { name: 'Leeren' }).waitFor();
    await shown.page.getByRole('option', { name: /^Ort Vaduz/ }).waitFor();
    assert.equal(await evaluate(() => box.validationMessage), 'Bitte aus der Liste wählen.');
    await shown.input.fill('qqqqzzzz xyxyxy');
    await shown.settled(({ status }) => status === 'Nichts gefunden');
  }));
