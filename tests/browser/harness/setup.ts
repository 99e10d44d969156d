// Before all tests: builds the binaries, and the shards of the bundled countries when they are stale.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { binary, CARGO_PROFILE, DATA, REPOSITORY, WWW } from './workspace.js';

const COUNTRIES = [
  ['li', 'liechtenstein'],
  ['mc', 'monaco'],
] as const;

/** Makes everything that the tests serve. */
export default function setup(): void {
  const build = ['build', '--quiet', ...CARGO_PROFILE, '-p', 'shard-builder', '-p', 'sync-server'];
  execFileSync('cargo', build, { cwd: REPOSITORY, stdio: 'inherit' });
  if (!existsSync(`${WWW}/index.html`)) {
    throw new Error('the app is not built: run `npm run build -w hereabouts-www` first');
  }
  buildShards();
}

function buildShards(): void {
  const sources = COUNTRIES.map(([, name]) => `${REPOSITORY}tests/data/${name}.osm.pbf`);
  const inputs = createHash('sha256');
  for (const file of [binary('shard-builder'), ...sources]) inputs.update(readFileSync(file));
  const stamp = inputs.digest('hex');
  const stampFile = `${DATA}/inputs.sha256`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  const fresh = `${DATA}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const [country, name] of COUNTRIES) {
    const osm = `${REPOSITORY}tests/data/${name}.osm.pbf`;
    const options = ['build', '--country', country, '--osm', osm, '--out', fresh];
    // What it says on the way is told with the error, if it fails.
    execFileSync(binary('shard-builder'), options, { stdio: 'pipe' });
  }
  writeFileSync(`${fresh}/inputs.sha256`, stamp);
  rmSync(DATA, { recursive: true, force: true });
  renameSync(fresh, DATA);
}
