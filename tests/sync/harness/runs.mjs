// How much of what is random is played: a sample, or with HEREABOUTS_RUNS=all every run.

export const ALL_RUNS = process.env.HEREABOUTS_RUNS === 'all';

/** A number of runs: what the variable asks for, else all of them or a sample. */
export function runsOf(variable, all, sample) {
  return Number(process.env[variable] ?? (ALL_RUNS ? all : sample));
}
