// A folder like a fresh clone after `make demo`, in which commands of documents are run.

import { execFile, spawn } from 'node:child_process';
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
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { binary, DEMO_DATA, REPOSITORY } from '../harness/workspace.mjs';
import { tarball } from '../package/project.mjs';

const TIMEOUT_MS = 60_000;
/** Of bash: no files of whoever runs the tests, and an end at the first command that fails. */
const SHELL = ['--norc', '--noprofile', '-euo', 'pipefail', '-c'];
/** What is never written to stands for itself. */
const LINKED = ['tests', 'docs', 'deploy', 'examples', 'www', 'demo.toml', 'geocoder-wasm'];

/** Makes the folder; `remove` deletes it. */
export function makeClone() {
  const folder = mkdtempSync(join(tmpdir(), 'hereabouts-docs-'));
  const at = (path) => join(folder, path);
  for (const name of LINKED) symlinkSync(join(REPOSITORY, name), at(name));
  cpSync(tarball, at(basename(tarball)));
  copyDemo(at('demo-data'));
  mkdirSync(at('target/release'), { recursive: true });
  for (const name of ['shard-builder', 'sync-server']) {
    symlinkSync(binary(name), at(`target/release/${name}`));
  }
  const env = {
    PATH: `${at('target/release')}:${process.env.PATH}`,
    HOME: folder,
    LANG: 'C.UTF-8',
  };
  return {
    folder,
    at,
    read: (path) => readFileSync(at(path), 'utf8'),
    write: (path, text) => writeFileSync(at(path), text),
    /**
     * Runs commands with bash, which stops at the first that fails; gives what was printed.
     *
     * @param {string} commands
     * @param {Record<string, string>} [variables]
     */
    sh: (commands, variables = {}) =>
      new Promise((resolve, reject) => {
        const options = { cwd: folder, env: { ...env, ...variables }, timeout: TIMEOUT_MS };
        execFile('bash', [...SHELL, commands], options, (error, stdout, stderr) => {
          if (error) reject(new Error(`${commands}\n${error.message}\n${stdout}${stderr}`));
          else resolve({ stdout, stderr });
        });
      }),
    /** Runs commands of which the last one serves; gives its address, and what ends it. */
    serve: (commands, variables = {}) => serve(commands, folder, { ...env, ...variables }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Copies the shards of the demo, without the world, and without keys and corrections of users. */
function copyDemo(folder) {
  const { countries, ...manifest } = JSON.parse(readFileSync(join(DEMO_DATA, 'manifest.json')));
  delete countries.zz;
  mkdirSync(join(folder, 'blobs'), { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, countries }));
  for (const { base } of Object.values(countries)) {
    for (const { sha256 } of [base, ...base.chunks]) {
      for (const name of [sha256, `${sha256}.br`, `${sha256}.gz`]) {
        cpSync(join(DEMO_DATA, 'blobs', name), join(folder, 'blobs', name));
      }
    }
  }
}

async function serve(commands, cwd, env) {
  const shell = spawn('bash', [...SHELL, commands], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => shell.once('close', resolve));
  const stop = async () => {
    try {
      // The shell and the server are one group of processes.
      process.kill(-shell.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    await ended;
  };
  let said = '';
  shell.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const timer = setTimeout(stop, TIMEOUT_MS);
  try {
    for await (const line of createInterface({ input: shell.stdout })) {
      const origin = /listening on (https?:\/\/\S+)/.exec(line)?.[1];
      if (!origin) continue;
      shell.stdout.resume();
      return { origin, stop };
    }
  } finally {
    clearTimeout(timer);
  }
  await stop();
  throw new Error(`${commands}\nserves nothing: ${said}`);
}

/** Puts a free port in the place of the one that a command listens on. */
export function onFreePort(commands) {
  return commands.replace(/--listen 127\.0\.0\.1:\d+/, '--listen 127.0.0.1:0');
}
