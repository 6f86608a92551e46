import type { TraceValue } from 'sluice';
import { keepsFlowing, noOverrun } from '../../checks/demand.ts';
import { callsAt, emittedBy, type Moment } from '../../checks/events.ts';
import {
  ignoresDemand,
  overEmits,
  unservedDemandIsRepeated,
  neverEmitsWhenDemandIsLow,
} from '../../checks/misconceptions.ts';
import { patternIn, type Pattern } from '../../checks/randomness.ts';
import { counted, met, unmet } from '../../checks/verdict.ts';
import type { Check, Detector, Exercise, RunSoFar } from '../../schema.ts';

const RANGE = 100;
/** So many values tell chance from pattern. */
const ENOUGH = 50;

const wholeNumbers: Check = {
  id: 'whole-numbers',
  says: 'Every event is a whole number from 0 to 99.',
  test(run) {
    const all = emittedBy(run, 'producer');
    const wrong = all.find(({ value }) => !isInRange(value));
    const expected = 'whole numbers from 0 to 99';
    if (wrong) return unmet({ expected, got: JSON.stringify(wrong.value), at: wrong.at });
    const last = all.at(-1);
    return last
      ? met({ expected, got: `${all.length.toLocaleString('en')} of them`, at: last.at })
      : unmet({ expected, got: 'no event' });
  },
};

const random: Check = {
  id: 'random',
  says: 'The numbers are random: they do not count, and no pattern comes again.',
  test(run) {
    const values = numbersOf(run);
    const expected = 'no pattern';
    const at = emittedBy(run, 'producer').at(-1)?.at ?? null;
    if (values.length < ENOUGH)
      return unmet({ expected, got: `only ${counted(values.length, 'number')} to judge by`, at });
    const pattern = patternIn(values, RANGE);
    const start = `${values.slice(0, 8).map(short).join(', ')} …`;
    if (pattern) return unmet({ expected, got: `${start}: ${patternInWords(pattern)}`, at });
    return met({ expected, got: start, at });
  },
};

const stillASequence: Detector = {
  misconception: 'random-is-a-sequence',
  detect(run) {
    const values = numbersOf(run);
    const pattern = values.length < ENOUGH ? null : patternIn(values, RANGE);
    if (pattern?.kind !== 'sequence') return null;
    return {
      says: `Your numbers still count: ${values.slice(0, 5).join(', ')} … Whoever sees one knows the next. Draw each number anew.`,
      at: emittedBy(run, 'producer')[0]?.at ?? null,
    };
  },
};

const oneValuePerAsk: Detector = {
  misconception: 'one-value-per-ask',
  detect(run) {
    const batches = callsAt(run, 'producer', 'handleDemand').filter(({ end }) => end.emitted.length > 1);
    const [first] = batches;
    const flat = batches.filter(({ end }) => new Set(end.emitted).size === 1);
    const values = new Set(batches.map(({ end }) => end.emitted[0]));
    if (!first || batches.length < 5 || flat.length < batches.length || values.size < 2) return null;
    return {
      says: `Within one answer all numbers are equal: ${first.end.emitted.slice(0, 4).join(', ')} … The number is drawn once for each ask; draw it once for each event.`,
      at: first.end.seq,
    };
  },
};

const fractions: Detector = {
  misconception: 'random-is-a-fraction',
  detect(run) {
    const fraction = emittedBy(run, 'producer').find(
      ({ value }) => typeof value === 'number' && !Number.isInteger(value),
    );
    if (!fraction) return null;
    return {
      says: `${JSON.stringify(fraction.value)} is a fraction. Math.random() gives a number from 0 up to 1; stretch it to a hundred and cut off what follows the point.`,
      at: fraction.at,
    };
  },
};

const fixedAnswer: Detector = {
  misconception: 'fixed-answer',
  detect(run) {
    const values = numbersOf(run);
    const pattern = values.length < ENOUGH || oneValuePerAsk.detect(run) ? null : patternIn(values, RANGE);
    if (!values.every(Number.isInteger) || (pattern?.kind !== 'few' && pattern?.kind !== 'repeats'))
      return null;
    return {
      says: `These numbers only look random: ${patternInWords(pattern)}. Draw them while the pipeline runs.`,
      at: emittedBy(run, 'producer')[0]?.at ?? null,
    };
  },
};

export const exercise: Exercise = {
  checks: [
    noOverrun,
    keepsFlowing(100, 'Every ask is answered, so numbers keep coming: at least 100 reach the printer.'),
    wholeNumbers,
    random,
  ],
  detectors: [
    ignoresDemand,
    overEmits,
    neverEmitsWhenDemandIsLow,
    unservedDemandIsRepeated,
    stillASequence,
    oneValuePerAsk,
    fractions,
    fixedAnswer,
  ],
  hints: [
    'Only the producer changes. Look at the arrow function that makes each event in handleDemand.',
    'Leave the length as it is: it answers the demand. What each place is filled with should come from Math.random().',
    'Fill each place with Math.floor(Math.random() * 100). The state is not needed any more.',
  ],
};

function numbersOf(run: RunSoFar): readonly number[] {
  return emittedBy(run, 'producer').flatMap(({ value }: Moment) => (typeof value === 'number' ? value : []));
}

/** A number as a line of a table shows it. */
function short(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}

function isInRange(value: TraceValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < RANGE;
}

function patternInWords(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'sequence':
      return `each is the one before plus ${pattern.step}`;
    case 'few':
      return `only ${pattern.different} different numbers come up`;
    case 'repeats':
      return `the same ${pattern.every} numbers come again and again`;
  }
}
