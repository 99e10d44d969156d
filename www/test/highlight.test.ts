// The highlight is read as text: markup other than marks never becomes markup.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHighlight } from '../src/highlight.js';

test('marks split a name into parts', () => {
  assert.deepEqual(parseHighlight('<mark>Städt</mark>le <mark>43</mark>'), [
    { text: 'Städt', marked: true },
    { text: 'le ', marked: false },
    { text: '43', marked: true },
  ]);
});

test('escaped characters become themselves once', () => {
  assert.deepEqual(parseHighlight('A &amp; B &lt;b&gt; &quot;c&quot; d&#39;e &amp;lt;'), [
    { text: 'A & B <b> "c" d\'e &lt;', marked: false },
  ]);
});

test('other tags stay text', () => {
  assert.deepEqual(parseHighlight('<img src=x><mark>a</mark>'), [
    { text: '<img src=x>', marked: false },
    { text: 'a', marked: true },
  ]);
});

test('an empty highlight has no parts', () => {
  assert.deepEqual(parseHighlight(''), []);
});
