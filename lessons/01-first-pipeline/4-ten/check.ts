import type { TraceValue } from 'sluice';
import { busyness } from '../../checks/busy.ts';
import { keepsFlowing, noOverrun } from '../../checks/demand.ts';
import { callsAt, emittedBy, receivedBy, type Call } from '../../checks/events.ts';
import { stagesOf, upstreamOf } from '../../checks/roles.ts';
import { met, unmet } from '../../checks/verdict.ts';
import type { Check, Detector, Exercise, RunSoFar } from '../../schema.ts';

const LEAST = 10;
const ANSWER_MS = 200;
const EVENT_MS = 100;
const BUSY_SHARE = 0.9;
/** So many numbers tell a rule from chance. */
const ENOUGH = 20;
/** What the consumer asks for at the start of the exercise. */
const START_MAX_DEMAND = 10;

const onlyFromTen: Check = {
  id: 'only-from-ten',
  says: 'Nothing below 10 reaches the printer.',
  test(run) {
    const received = receivedBy(run, 'consumer');
    const wrong = received.find(({ value }) => !isKept(value));
    const expected = 'numbers from 10 up';
    if (wrong) return unmet({ expected, got: JSON.stringify(wrong.value), at: wrong.at });
    const last = received.at(-1);
    return last
      ? met({ expected, got: `${received.length} of them`, at: last.at })
      : unmet({ expected, got: 'no number at all' });
  },
};

const noneLost: Check = {
  id: 'none-lost',
  says: 'Every number from 10 up gets through, 10 itself as well, in its order.',
  test(run) {
    const made = emittedBy(run, 'producer').filter(({ value }) => isKept(value));
    const received = receivedBy(run, 'consumer').filter(({ value }) => isKept(value));
    const last = received.at(-1);
    if (!last) return unmet({ expected: 'the numbers from 10 up', got: 'none of them' });
    const wrong = received.find(({ value }, i) => value !== made[i]?.value);
    if (wrong) {
      const expected = JSON.stringify(made[received.indexOf(wrong)]?.value ?? null);
      return unmet({ expected: `${expected} next`, got: JSON.stringify(wrong.value), at: wrong.at });
    }
    return met({ expected: 'none left out', got: `${received.length} in order`, at: last.at });
  },
};

const keepsBusy: Check = {
  id: 'keeps-busy',
  says: 'The printer is kept busy: from its first number on it works at least 90 % of the time.',
  test(run) {
    const busy = busyness(run);
    const expected = 'at work 90 % of the time or more';
    if (!busy) return unmet({ expected, got: 'it never worked' });
    const got = `${Math.round(busy.share * 100)} %; its longest wait was ${Math.round(busy.longestWaitMs)} ms`;
    const finding = { expected, got, at: busy.longestWaitAt };
    return busy.share >= BUSY_SHARE ? met(finding) : unmet(finding);
  },
};

const sameWork: Check = {
  id: 'same-work',
  says: 'The work stays what it was: 200 ms for an answer of the producer, 100 ms for a number printed.',
  test(run) {
    const expected = `${ANSWER_MS} ms an answer, ${EVENT_MS} ms a number`;
    const answer = hastyAnswer(run);
    if (answer) return unmet({ expected, got: `an answer in ${lasted(answer)} ms`, at: answer.end.seq });
    const batch = callsAt(run, 'consumer', 'handleEvents').find(
      (call) => lasted(call) < EVENT_MS * (call.begin.count ?? 0),
    );
    if (batch) {
      return unmet({
        expected,
        got: `${batch.begin.count} numbers in ${lasted(batch)} ms`,
        at: batch.end.seq,
      });
    }
    return met({ expected, got: 'as before' });
  },
};

const keepsTheOpposite: Detector = {
  misconception: 'filter-keeps-the-opposite',
  detect(run) {
    const received = receivedBy(run, 'consumer');
    if (received.length < ENOUGH || received.some(({ value }) => isKept(value))) return null;
    return {
      says: 'Only numbers below 10 arrive: your filter keeps what it should drop. What the condition of filter says yes to stays.',
      at: received[0]?.at ?? null,
    };
  },
};

const boundaryLeftOut: Detector = {
  misconception: 'boundary-left-out',
  detect(run) {
    const received = receivedBy(run, 'consumer');
    const ten = receivedBy(run, 'producerConsumer').find(({ value }) => value === LEAST);
    const others = received.filter(({ value }) => value !== LEAST && isKept(value));
    if (!ten || others.length < ENOUGH || others.length < received.length) return null;
    return {
      says: 'A 10 went into the filter and did not come out. “Below 10” leaves 10 itself in: compare with >=.',
      at: ten.at,
    };
  },
};

const removesTheCost: Detector = {
  misconception: 'removes-the-cost',
  detect(run) {
    const answer = hastyAnswer(run);
    if (!answer) return null;
    return {
      says: 'Your producer answers at once now. A real source would not: keep its sleep, and ask so that each answer is worth the wait.',
      at: answer.end.seq,
    };
  },
};

/** One event at a time is asked of the source, and nothing else was changed about demand. */
const oneByOne: Detector = {
  misconception: 'one-by-one',
  detect: (run) => {
    const source = starvingSource(run);
    if (!source || source.maxDemand > 3 || mostAskedBySinks(run) > START_MAX_DEMAND) return null;
    return {
      says: `The printer waits: “${source.consumer}” asks for ${source.maxDemand} at a time, and each answer takes ${ANSWER_MS} ms however much it brings. Raise the maxDemand of that subscription.`,
      at: source.at,
    };
  },
};

const raisesTheWrongDemand: Detector = {
  misconception: 'raises-the-wrong-demand',
  detect: (run) => {
    const source = starvingSource(run);
    if (!source || source.maxDemand > 3 || mostAskedBySinks(run) <= START_MAX_DEMAND) return null;
    return {
      says: `The printer asks for more now, but “${source.consumer}” still asks the producer for ${source.maxDemand} at a time. Demand belongs to one subscription: raise it where the waiting is.`,
      at: source.at,
    };
  },
};

const minDemandIsAMinimum: Detector = {
  misconception: 'min-demand-is-a-minimum',
  detect: (run) => {
    const source = starvingSource(run);
    if (!source || source.maxDemand <= 3 || source.maxDemand - source.minDemand > 2) return null;
    return {
      says: `“${source.consumer}” may have ${source.maxDemand} pending but asks again as soon as ${source.minDemand} are left, so each ask is for ${source.maxDemand - source.minDemand} only. minDemand is when to ask again, not how many to get: lower it.`,
      at: source.at,
    };
  },
};

export const exercise: Exercise = {
  checks: [
    onlyFromTen,
    noneLost,
    keepsBusy,
    sameWork,
    noOverrun,
    keepsFlowing(50, 'Numbers keep coming: at least 50 reach the printer.'),
  ],
  detectors: [
    removesTheCost,
    keepsTheOpposite,
    raisesTheWrongDemand,
    oneByOne,
    minDemandIsAMinimum,
    boundaryLeftOut,
  ],
  hints: [
    'Two things change: the condition in the filter, and one of the two subscriptions. Watch which stage waits for which.',
    'An answer takes 200 ms for one number as for ten. So the stage that asks the producer should ask for several at once.',
    'Filter with n >= 10. Subscribe the filter with maxDemand: 10, minDemand: 5.',
  ],
};

function isKept(value: TraceValue): boolean {
  return typeof value === 'number' && value >= LEAST;
}

function lasted({ begin, end }: Call): number {
  return end.atMs - begin.atMs;
}

function hastyAnswer(run: RunSoFar): Call | null {
  const calls = callsAt(run, 'producer', 'handleDemand');
  return calls.find((call) => call.end.count > 0 && lasted(call) < ANSWER_MS) ?? null;
}

/** The subscription that asks the producer, when the printer is not kept busy. */
function starvingSource(run: RunSoFar) {
  const busy = busyness(run);
  const [filter] = stagesOf(run.plan, 'producerConsumer');
  if (!busy || busy.share >= BUSY_SHARE || filter === undefined) return null;
  const [source] = upstreamOf(run.plan, filter);
  return source ? { ...source, at: busy.longestWaitAt } : null;
}

function mostAskedBySinks({ plan }: RunSoFar): number {
  const sinks = stagesOf(plan, 'consumer').flatMap((stage) => upstreamOf(plan, stage));
  return Math.max(0, ...sinks.map(({ maxDemand }) => maxDemand));
}
