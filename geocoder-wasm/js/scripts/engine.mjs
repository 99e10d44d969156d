// The engine and its bindings as the package has them: what wasm-bindgen makes, but smaller.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const IMPORTS = 2;
const EXPORTS = 7;
const FUNCTION = 0;

/** What the bindings do for platforms and callers that this package does not have. */
const NEEDLESS = [
  // The package compiles the engine itself; any other way to load it is never taken.
  [
    /async function __wbg_load\([\s\S]*$/,
    'export default async ({ module_or_path: module }) =>\n' +
      '  __wbg_finalize_init(await WebAssembly.instantiate(module, __wbg_get_imports()));\n',
  ],
  [/wasmModule, wasmInstance, /, ''],
  [/wasmInstance = instance;\s+/, ''],
  [/wasmModule = module;\s+/, ''],
  // Platforms that take the engine have all of these.
  [/\(typeof FinalizationRegistry === 'undefined'\)\s+\? \{.*\}\s+: /g, ''],
  [/if \(!\('encodeInto' in cachedTextEncoder\)\) \{[\s\S]*?\n\}\n/, ''],
  [
    /const ret = typeof (\w+) === 'undefined' \? undefined : \1;\s+return .*;/g,
    'return addToExternrefTable0(globalThis);',
  ],
  // The buffer of a memory that grew is another one, everywhere.
  [
    /(\.buffer)\.detached === true \|\| \(\w+\.buffer\.detached === undefined && \w+\.buffer( !== wasm\.memory\.buffer)\)/,
    '$1$2',
  ],
  [/(cached\w+Memory0) === null \|\| \1\.byteLength === 0/g, '!$1?.byteLength'],
  // Texts are short, and encoded as they are without room that grows.
  [/if \(realloc === undefined\) \{([\s\S]*?)\n {4}\}\n[\s\S]*?\n\}\n/, '$1\n}\n'],
  [/, wasm\.__wbindgen_realloc\)/g, ')'],
  // The names of imports are none that objects have by themselves.
  [/__proto__: null,\s+/g, ''],
  // The engine is freed by name.
  [/if \(Symbol\.dispose\).*\n/, ''],
];

/**
 * Reads the engine and its bindings, with short names for what they take from each other. A hash
 * of the long ones stands for them all, so that no bindings start an engine of another day.
 */
export function readEngine(wasmFile, bindingsFile) {
  const wasm = readFileSync(wasmFile);
  const module = new WebAssembly.Module(wasm);
  const imports = WebAssembly.Module.imports(module);
  const exports = WebAssembly.Module.exports(module);
  const names = [...imports, ...exports].map(({ name }) => name);
  const family = createHash('sha256').update(names.join()).digest('hex').slice(0, 8);
  const imported = shortNames(imports);
  // Whoever measures the memory finds it by its usual name.
  const exported = shortNames(exports).set('memory', 'memory');

  let bindings = readFileSync(bindingsFile, 'utf8');
  const replace = (pattern, replacement) => {
    const before = bindings;
    bindings = before.replace(pattern, replacement);
    if (bindings === before) throw new Error(`the bindings have no ${pattern}`);
  };
  for (const [pattern, replacement] of NEEDLESS) replace(pattern, replacement);
  replace(`"${imports[0].module}"`, `"${family}"`);
  for (const [name, short] of imported) replace(`${name}: function(`, `${short}(`);
  bindings = bindings.replace(/\bwasm\.(\w+)/g, (_, name) => {
    if (!exported.has(name)) throw new Error(`the engine exports no ${name}`);
    return `wasm.${exported.get(name)}`;
  });
  return { wasm: rename(wasm, family, imported, exported), bindings };
}

/** Gives each name a letter or two. */
function shortNames(named) {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const short = (index) =>
    (index < letters.length ? '' : short(Math.floor(index / letters.length) - 1)) +
    letters[index % letters.length];
  return new Map(named.map(({ name }, index) => [name, short(index)]));
}

/** Writes a module anew with other names for its imports and exports. */
function rename(wasm, family, imported, exported) {
  const out = [wasm.subarray(0, 8)];
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = number();
    at += length;
    return wasm.toString('utf8', at - length, at);
  };
  while (at < wasm.length) {
    const id = wasm[at++];
    const end = number() + at;
    const content = [];
    if (id === IMPORTS || id === EXPORTS) {
      const count = number();
      content.push(leb(count));
      for (let index = 0; index < count; index++) {
        if (id === IMPORTS) text();
        const names = id === IMPORTS ? [family, imported.get(text())] : [exported.get(text())];
        const kind = wasm[at++];
        if (id === IMPORTS && kind !== FUNCTION)
          throw new Error('the engine imports more than functions');
        content.push(...names.map(sized), Buffer.from([kind]), leb(number()));
      }
    } else {
      content.push(wasm.subarray(at, end));
      at = end;
    }
    out.push(Buffer.from([id]), sized(Buffer.concat(content)));
  }
  return Buffer.concat(out);
}

/** Puts the length before bytes or text. */
function sized(content) {
  return Buffer.concat([leb(content.length), Buffer.from(content)]);
}

/** Encodes a number as WebAssembly does. */
function leb(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
