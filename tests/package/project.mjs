// An empty project with the packed tarball installed, as a newcomer would have it.

import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const { version } = JSON.parse(readFileSync(join(root, 'geocoder-wasm/js/package.json'), 'utf8'));

/** The packed package. */
export const tarball = join(root, `hereabouts-${version}.tgz`);

/** Makes the project; `packages` of the workspace are linked into it, `remove` deletes it. */
export function makeProject(packages = []) {
  const folder = mkdtempSync(join(tmpdir(), 'hereabouts-package-'));
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write('package.json', '{ "name": "consumer", "private": true, "type": "module" }');
  // The package has no dependencies, so that nothing is asked of a registry.
  run(folder, 'npm', ['install', '--offline', '--no-audit', '--no-fund', tarball]);
  for (const name of packages) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return {
    folder,
    write,
    at: (path) => join(folder, path),
    run: (command, args) => run(folder, command, args),
    /** The same without keeping this process from answering the command's requests. */
    runAsync: async (command, args) =>
      (await promisify(execFile)(command, args, { cwd: folder, encoding: 'utf8' })).stdout,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Copies the demo's shards into a project and returns their addresses below it. */
export function copyShards(project) {
  const data = join(root, 'demo-data');
  const manifest = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8'));
  return Object.entries(manifest.countries).map(([country, { base }]) => {
    cpSync(join(data, 'blobs', base.sha256), project.at(`${country}.shard`));
    return `${country}.shard`;
  });
}

function run(cwd, command, args) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
  }
}
