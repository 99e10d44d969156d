// Two builds of Monaco, which differ in what the country is called, and the shards of the demo.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Reads a base with its chunks from a folder that the builder wrote. */
export function baseOf(code, folder = join(ROOT, 'demo-data')) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const { name, attribution, base } = manifest.countries[code];
  const { sha256, chunks, bbox, records, size_br } = base;
  const bytes = new Uint8Array(readFileSync(join(folder, 'blobs', sha256)));
  const told = { name, attribution, details: { bbox, records, size_br } };
  return { sha256, chunks: chunks.map(({ sha256, size }) => ({ sha256, size })), bytes, ...told };
}

/** Builds Monaco with the names of the country in all languages. */
export function otherMonaco() {
  const folder = mkdtempSync(join(tmpdir(), 'hereabouts-generation-'));
  try {
    const config = `out = "${folder}"
      [[country]]
      code = "mc"
      share_alike = true
      [[country.source]]
      kind = "osm"
      paths = ["${ROOT}tests/data/monaco.osm.pbf"]
      [[country.source]]
      kind = "country-names"
      path = "${ROOT}tests/data/cldr-territories.json.gz"`;
    writeFileSync(join(folder, 'build.toml'), config);
    const builder = join(ROOT, 'target/release/shard-builder');
    const options = ['build', '--config', join(folder, 'build.toml')];
    execFileSync(builder, options, { cwd: ROOT, stdio: 'pipe' });
    return baseOf('mc', folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
