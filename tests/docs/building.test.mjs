// The guides about making shards, run with the bundled sources.

import assert from 'node:assert/strict';
import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { makeProject } from '../package/project.mjs';
import { makeClone, onFreePort } from './clone.mjs';
import { runDocument } from './document.mjs';
import { blocksOf } from './markdown.mjs';

const DATA = 'tests/data';
const CREDIT = '--source-name Sample --licence CC0-1.0 --url https://example.org --notice Sample';

let clone;
before(() => {
  clone = makeClone();
  copy('liechtenstein.osm.pbf', 'liechtenstein.osm.pbf');
});
after(() => clone?.remove());

/** Puts a bundled source where a document expects one of its own. */
function copy(source, name) {
  cpSync(join(clone.folder, DATA, source), clone.at(name), { recursive: true });
}

const manifest = (folder) => JSON.parse(clone.read(`${folder}/manifest.json`));

/** Builds from records and gives the path of the shard. */
async function buildRecords(lines) {
  clone.write('line.ndjson', lines);
  const { stdout, stderr } = await clone.sh(
    `shard-builder build --country li --records line.ndjson --out records ${CREDIT}`,
  );
  assert.doesNotMatch(stderr, /bad row/);
  return stdout.trim();
}

const records = blocksOf('docs/OWN_DATA.md');

runDocument('docs/OWN_DATA.md', {
  async 'A table (sh)'(code) {
    const { stdout } = await clone.sh(code);
    assert.match(stdout, /^Bäckerei Muster, 9490/m);
    assert.match(stdout, /^Hofladen Beispiel, 9495/m);
    assert.equal(manifest('shops').countries.li.base.records.tourism, 2);
  },
  async 'GeoJSON (sh)'(code) {
    await clone.sh(code);
    assert.equal(manifest('places').countries.li.base.records.tourism, 2);
  },
  async 'Records (json)'(code) {
    const shard = await buildRecords(code);
    const search = `shard-builder search ${shard} --language en`;
    assert.match((await clone.sh(`${search} "sample ho"`)).stdout, /^Sample House/);
    assert.match((await clone.sh(`${search} HM`)).stdout, /^Sample House/);
  },
  async 'Records (json) 2'(code) {
    const shard = await buildRecords(code);
    assert.match(
      (await clone.sh(`shard-builder search ${shard} "neuweg 7a"`)).stdout,
      /^Neuweg 7a/,
    );
  },
  async 'Several sources (sh)'(code) {
    clone.write('own.ndjson', records.get('Records (json)') + records.get('Records (json) 2'));
    await clone.sh(code);
    assert.equal(manifest('data').countries.li.attribution.length, 2);
    await assert.rejects(clone.sh(code.replace('--share-alike', '')), /share_alike/);
  },
  async 'Several sources (toml)'(code) {
    clone.write('build.toml', code);
    const { stdout } = await clone.sh('shard-builder build --config build.toml');
    for (const [query, name] of [
      ['bakery', 'Bäckerei Muster, 9490, Vaduz'],
      ['neuweg 7a', 'Neuweg 7a'],
      ['städtle 43 vad', 'Städtle 43'],
    ]) {
      const answer = await clone.sh(`shard-builder search ${stdout.trim()} "${query}"`);
      assert.ok(answer.stdout.startsWith(name), answer.stdout);
    }
  },
  async 'Data that must stay apart (js)'(code) {
    const project = makeProject();
    try {
      for (const [country, folder] of [
        ['li', 'demo-data'],
        ['shops', 'shops'],
      ]) {
        const { sha256 } = manifest(folder).countries.li.base;
        cpSync(clone.at(`${folder}/blobs/${sha256}`), project.at(`${country}.shard`));
      }
      project.write('apart.mjs', code);
      assert.equal(project.run(process.execPath, ['apart.mjs']), 'Bäckerei Muster\n');
    } finally {
      project.remove();
    }
  },
  async 'When something is missing (sh)'(code) {
    const { stdout, stderr } = await clone.sh(code);
    assert.match(stderr, /shops\.csv:4/);
    assert.match(stdout, /^Hofladen Beispiel/m);
  },
});

runDocument('docs/BUILDING.md', {
  async 'Your country, step by step (sh) 2'(code) {
    copy('liechtenstein.osm.pbf', 'liechtenstein-latest.osm.pbf');
    rmSync(clone.at('data'), { recursive: true });
    await clone.sh(code);
  },
  async 'Your country, step by step (sh) 3'(code) {
    assert.match((await clone.sh(code)).stdout, /^Dorfstrasse 24, 9495, Triesen/);
  },
  async 'Your country, step by step (sh) 4'(code) {
    const server = await clone.serve(onFreePort(code));
    const health = await fetch(`${server.origin}/healthz`);
    await server.stop();
    assert.equal(health.status, 200);
  },
  async 'Commands (sh)'(code) {
    copy('liechtenstein.osm.pbf', 'newer.osm.pbf');
    copy('tables/iceland.csv', 'register.csv.xz');
    clone.write('own.ndjson', records.get('Records (json)'));
    writeBuildFile();
    const { stdout } = await clone.sh(code);
    assert.match(stdout, /"precision": "exact"/);
    assert.match(stdout, /^\{"results":\[\{"name":"Vaduz"/m);
  },
  async 'Build file (toml)'() {
    writeBuildFile();
    const { stdout } = await clone.sh('shard-builder build --config build.toml');
    const { stdout: found } = await clone.sh(`shard-builder search ${stdout.trim()} Borgarnes`);
    assert.match(found, /^Borgarnes/);
  },
  async 'Output (text)'(code) {
    const { sha256 } = manifest('data').countries.is.base;
    const paths = [...code.matchAll(/^(data\/\S+)/gm)].map(([, path]) =>
      path.replace('{sha256}', sha256).replace('{country}', 'is'),
    );
    assert.equal(paths.length, 4);
    for (const path of [...paths, `data/blobs/${sha256}.gz`])
      assert.ok(existsSync(clone.at(path)), path);
  },
  async 'Tables (text)'(code) {
    const [addresses, names] = code.trim().split('\n');
    copy('tables/ban.csv', 'ban.csv');
    clone.write(
      'names.csv',
      'nom;name;autres;kind;pop;y;x\nGenève;Geneva;Ginevra;commune;203856;46.2;6.1\nCornavin;;;gare;;46.21;6.142\n',
    );
    for (const [country, file, mapping, records] of [
      ['fr', 'ban.csv', addresses, { house: 2 }],
      ['ch', 'names.csv', names.replace('others', 'autres'), { city: 1, train: 1 }],
    ]) {
      await clone.sh(
        `shard-builder build --country ${country} --table ${file} --map '${mapping}' --out tables ${CREDIT}`,
      );
      const built = manifest('tables').countries[country].base.records;
      for (const [type, number] of Object.entries(records)) assert.equal(built[type], number, type);
    }
  },
  async 'Own records (json)'(code) {
    clone.write('line.ndjson', code);
    const { stdout } = await clone.sh(
      `shard-builder build --country is --records line.ndjson --out records ${CREDIT}`,
    );
    const { stdout: found } = await clone.sh(
      `shard-builder search ${stdout.trim()} "Austurstr 14b"`,
    );
    assert.match(found, /^Austurstræti 14b/);
  },
});

/** Writes the build file of the document, with bundled files under the names in it. */
function writeBuildFile() {
  clone.write('build.toml', blocksOf('docs/BUILDING.md').get('Build file (toml)'));
  copy('tables/iceland.csv', 'iceland_addresses.csv.xz');
  copy('geonames/cities500-is.txt', 'cities500.txt.xz');
  copy('cldr-territories.json.gz', 'territories.json.gz');
  rmSync(clone.at('old'), { force: true });
  symlinkSync(clone.at('demo-data'), clone.at('old'));
}

runDocument('examples/README.md', {
  async 'top (sh)'(code) {
    await clone.sh(code);
    assert.ok(manifest('shards').countries.li.base.sha256);
  },
});
