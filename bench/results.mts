/** Where the results are that docs/benchmarks.md is made from; from the repository's root. */
export const SIDE_BY_SIDE = 'bench/results/sideBySide.json';
export const GROWTH = 'bench/results/growth.json';
