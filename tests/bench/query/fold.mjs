// Text as the judge compares it; it shares nothing with the engine's own tables.

const LETTERS = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ħ: 'h',
};

/** Returns a text without case, marks and punctuation. */
export function fold(text) {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßæøœđðþłıħ]/g, (letter) => LETTERS[letter])
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Whether a word of a text begins as typed; in scripts without spaces, whether it is in there. */
export function hasWordThatBegins(text, typed) {
  const [folded, start] = [fold(text), fold(typed)];
  if (start === '' || folded.startsWith(start) || folded.includes(` ${start}`)) return true;
  return UNSPACED.test(start) && folded.includes(start);
}
