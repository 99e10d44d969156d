// One typing error in a word: a letter wrong, missing, doubled up or swapped.

import { below, oneOf } from '../../harness/random.mjs';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const MIN_LETTERS = 5;

/** Returns a text with one error in its longest word, the first letter included; or nothing. */
export function withTypo(text, random) {
  const words = text.match(/\p{L}+/gu) ?? [];
  const word = words.reduce((longest, next) => (next.length > longest.length ? next : longest), '');
  if (word.length < MIN_LETTERS || !/^[\p{Script=Latin}]+$/u.test(word)) return undefined;
  const wrong = spoil(word, random);
  return wrong === word ? undefined : text.replace(word, wrong);
}

function spoil(word, random) {
  const at = below(random, word.length);
  const [before, letter, after] = [word.slice(0, at), word[at], word.slice(at + 1)];
  switch (below(random, 4)) {
    case 0:
      return before + oneOf(random, LETTERS) + after;
    case 1:
      return before + after;
    case 2:
      return before + oneOf(random, LETTERS) + letter + after;
    default:
      return after === '' ? word : before + after[0] + letter + after.slice(1);
  }
}
