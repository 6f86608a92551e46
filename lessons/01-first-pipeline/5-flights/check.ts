import type { TraceValue } from 'sluice';
import { firstOverrun, noOverrun } from '../../checks/demand.ts';
import { callsAt, emittedBy, receivedBy } from '../../checks/events.ts';
import { ignoresDemand, overEmits } from '../../checks/misconceptions.ts';
import { counted, met, unmet } from '../../checks/verdict.ts';
import type { Check, Detector, Exercise } from '../../schema.ts';
import { airportCounts } from './airport-counts.ts';
import { FLIGHTS, LATE, LATE_BY_ORIGIN, MINUTES } from './expected.ts';

const LIMIT_MINUTES = 60;

const allRead: Check = {
  id: 'all-read',
  says: 'All 10,000 flights are read, each of them once.',
  test(run) {
    const calls = callsAt(run, 'producer', 'handleDemand');
    const count = calls.reduce((sum, { end }) => sum + end.count, 0);
    const events = emittedBy(run, 'producer');
    const minutes = events.reduce((sum, { value }) => sum + (delayOf(value) ?? 0), 0);
    const expected = counted(FLIGHTS, 'flight');
    const at = calls.findLast(({ end }) => end.count > 0)?.end.seq ?? null;
    if (count < FLIGHTS && run.ended === 'budget') {
      return unmet({
        expected,
        got: `${counted(count, 'flight')} in so many messages that the run was cut`,
        at,
      });
    }
    if (count !== FLIGHTS) return unmet({ expected, got: counted(count, 'flight'), at });
    // A trace keeps the first events of a very large batch only; then their delays cannot be summed.
    if (events.length === count && minutes !== MINUTES) {
      return unmet({ expected, got: 'as many, but some twice and some never', at });
    }
    return met({ expected, got: counted(count, 'flight'), at });
  },
};

const onlyLate: Check = {
  id: 'only-late',
  says: 'The consumer gets the flights more than 60 minutes late, all of them and no other.',
  test(run) {
    const received = receivedBy(run, 'consumer');
    const wrong = received.find(({ value }) => (delayOf(value) ?? 0) <= LIMIT_MINUTES);
    const expected = `${counted(LATE, 'flight')}, each more than ${LIMIT_MINUTES} minutes late`;
    if (wrong) {
      return unmet({
        expected,
        got: `one that was ${String(delayOf(wrong.value))} minutes late`,
        at: wrong.at,
      });
    }
    const finding = { expected, got: counted(received.length, 'flight'), at: received.at(-1)?.at ?? null };
    return received.length === LATE ? met(finding) : unmet(finding);
  },
};

const countsByOrigin: Check = {
  id: 'counts-by-origin',
  says: 'At the end the consumer’s state holds a count for each airport the flights left from.',
  test(run) {
    const found = airportCounts(run);
    const expected = 'a right count for each airport, such as PHX: 25';
    if (!found) return unmet({ expected, got: 'a state without airports', at: lastEnd(run) });
    const wrong = [...found.counts].find(([airport, count]) => LATE_BY_ORIGIN[airport] !== count);
    if (wrong) {
      const [airport, count] = wrong;
      return unmet({
        expected: `${airport}: ${LATE_BY_ORIGIN[airport] ?? 0}`,
        got: `${airport}: ${count}`,
        at: found.at,
      });
    }
    const least = Math.min(20, Object.keys(LATE_BY_ORIGIN).length);
    const got = [...found.counts]
      .slice(0, 3)
      .map(([airport, count]) => `${airport}: ${count}`)
      .join(', ');
    const finding = { expected, got: `${got} …`, at: found.at };
    return found.counts.size >= least ? met(finding) : unmet(finding);
  },
};

const forgetsItsPlace: Detector = {
  misconception: 'forgets-its-place',
  detect(run) {
    const calls = callsAt(run, 'producer', 'handleDemand').filter(({ end }) => end.count > 0);
    const [first, second] = calls;
    if (firstOverrun(run)) return null;
    if (!first || !second || firstEvent(first.end.emitted) !== firstEvent(second.end.emitted)) return null;
    return {
      says: 'Your second answer begins with the same flight as the first. The producer remembers its place in its state: return the next one.',
      at: second.end.seq,
    };
  },
};

const filtersInConsumer: Detector = {
  misconception: 'filters-in-consumer',
  detect(run) {
    const early = receivedBy(run, 'consumer').find(({ value }) => (delayOf(value) ?? 0) < LIMIT_MINUTES);
    const found = airportCounts(run);
    if (!early || !found) return null;
    if ([...found.counts].some(([airport, count]) => LATE_BY_ORIGIN[airport] !== count)) return null;
    return {
      says: `Your counts are right, but the consumer was handed a flight only ${String(delayOf(early.value))} minutes late and had to turn it away. Let the filter do that, so that the consumer asks for what it wants.`,
      at: early.at,
    };
  },
};

const boundaryKept: Detector = {
  misconception: 'boundary-kept',
  detect(run) {
    const received = receivedBy(run, 'consumer');
    const least = Math.min(...received.map(({ value }) => delayOf(value) ?? 0));
    const onLimit = received.find(({ value }) => delayOf(value) === LIMIT_MINUTES);
    if (least !== LIMIT_MINUTES || !onLimit) return null;
    return {
      says: 'A flight exactly 60 minutes late came through. “More than 60” leaves 60 itself out: compare with >.',
      at: onLimit.at,
    };
  },
};

const forgetsTheState: Detector = {
  misconception: 'forgets-the-state',
  detect(run) {
    const last = callsAt(run, 'consumer', 'handleEvents').at(-1);
    const found = airportCounts(run);
    if (!last || !found || last.begin.count === undefined) return null;
    const sum = [...found.counts.values()].reduce((all, count) => all + count, 0);
    const total = receivedBy(run, 'consumer').length;
    if (sum > last.begin.count || last.begin.count >= total) return null;
    return {
      says: `The counts hold the last batch only: ${counted(sum, 'flight')} of ${total}. Each batch starts anew; begin with the counts that handleEvents is given, its second argument.`,
      at: last.end.seq,
    };
  },
};

export const exercise: Exercise = {
  checks: [allRead, onlyLate, countsByOrigin, noOverrun],
  detectors: [ignoresDemand, overEmits, forgetsItsPlace, filtersInConsumer, boundaryKept, forgetsTheState],
  hints: [
    'The filter needs another limit; the consumer needs another state. The producer is right as it is.',
    'Let the state be a record from airport to count. It starts empty, and every flight adds 1 to the count of its origin.',
    'Start with init: (): Record<string, number> => ({}). For each flight set next[origin] = (next[origin] ?? 0) + 1, and return { state: next }.',
  ],
  // 10,000 flights, if they are asked for by twenty or more.
  entryBudget: 15_000,
};

function delayOf(value: TraceValue): number | null {
  if (value === null || typeof value !== 'object' || !('delay' in value)) return null;
  return typeof value.delay === 'number' ? value.delay : null;
}

function firstEvent(events: readonly TraceValue[]): string {
  return JSON.stringify(events[0] ?? null);
}

function lastEnd(run: Parameters<Check['test']>[0]) {
  return callsAt(run, 'consumer', 'handleEvents').at(-1)?.end.seq ?? null;
}
