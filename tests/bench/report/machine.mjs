// What the figures were measured on.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** Describes the machine and the tools. */
export function machine() {
  const [{ model }] = cpus();
  return {
    cpu: model.trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    // What else the machine had to do when the bench began.
    load: loadavg()[0].toFixed(1),
    system: `${type()} ${release()}`,
    rustc: execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim(),
  };
}
