// Blocks of code in documents that no test runs, each with the reason; every other one is run.

export const NOT_RUN = {};
