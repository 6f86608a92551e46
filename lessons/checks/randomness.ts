/** Why a list of numbers does not look random. */
export type Pattern =
  | { readonly kind: 'sequence'; readonly step: number }
  /** Few different numbers for so many. */
  | { readonly kind: 'few'; readonly different: number }
  | { readonly kind: 'repeats'; readonly every: number };

const MOST_VALUES = 300;
/** Among 100 random numbers from 0 to 99 about 63 differ; fewer than 35 do not happen. */
const LEAST_DIFFERENT = 0.35;
/** Each step between neighbours is taken by about 1 % of random pairs. */
const MOST_EQUAL_STEPS = 0.25;
const MOST_EQUAL_AT_DISTANCE = 0.9;

/** The plainest pattern in whole numbers below `range`; `null` where none shows. Needs about 50 values to be sure. */
export function patternIn(values: readonly number[], range: number): Pattern | null {
  const seen = values.slice(0, MOST_VALUES);
  const different = new Set(seen).size;
  const step = commonestStep(seen, range);
  if (step && step.value !== 0 && step.share > MOST_EQUAL_STEPS)
    return { kind: 'sequence', step: step.value };
  if (different < Math.min(seen.length, range) * LEAST_DIFFERENT) return { kind: 'few', different };
  if (step && step.share > MOST_EQUAL_STEPS) return { kind: 'few', different };
  const every = period(seen);
  return every === null ? null : { kind: 'repeats', every };
}

/** The commonest difference between neighbours, modulo `range`, and its share of all. */
function commonestStep(values: readonly number[], range: number) {
  const counts = new Map<number, number>();
  let commonest: number | null = null;
  for (let i = 1; i < values.length; i += 1) {
    const difference = (values[i] ?? 0) - (values[i - 1] ?? 0);
    const step = ((difference % range) + range) % range;
    counts.set(step, (counts.get(step) ?? 0) + 1);
    if (commonest === null || (counts.get(step) ?? 0) > (counts.get(commonest) ?? 0)) commonest = step;
  }
  if (commonest === null) return null;
  return { value: commonest, share: (counts.get(commonest) ?? 0) / (values.length - 1) };
}

/** The shortest distance at which nearly all numbers come again; it must fit in three times. */
function period(values: readonly number[]): number | null {
  for (let every = 1; every <= values.length / 3; every += 1) {
    const equal = values.filter((value, i) => i >= every && value === values[i - every]).length;
    if (equal / (values.length - every) > MOST_EQUAL_AT_DISTANCE) return every;
  }
  return null;
}
