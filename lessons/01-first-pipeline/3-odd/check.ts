import type { TraceValue } from 'sluice';
import { keepsFlowing, noOverrun } from '../../checks/demand.ts';
import { emittedBy, receivedBy } from '../../checks/events.ts';
import {
  bypassesTheFilter,
  forgetsToReturnEvents,
  forgetsToSubscribe,
  mapIsAFilter,
} from '../../checks/misconceptions.ts';
import { directSubscriptions, stagesOf } from '../../checks/roles.ts';
import { met, unmet } from '../../checks/verdict.ts';
import type { Check, Detector, Exercise } from '../../schema.ts';

/** So many numbers tell a rule from chance. */
const ENOUGH = 20;

const filterBetween: Check = {
  id: 'filter-between',
  says: 'A producerConsumer stands between producer and printer, and nothing passes it by.',
  test({ plan }) {
    const expected = 'a stage between producer and consumer';
    const [filter] = stagesOf(plan, 'producerConsumer');
    const [direct] = directSubscriptions(plan);
    if (filter === undefined) return unmet({ expected, got: 'no producerConsumer' });
    if (direct)
      return unmet({ expected, got: `“${direct.consumer}” subscribed to “${direct.producer}” directly` });
    return met({ expected, got: `“${filter}”` });
  },
};

const onlyOdd: Check = {
  id: 'only-odd',
  says: 'Only odd numbers reach the printer.',
  test(run) {
    const received = receivedBy(run, 'consumer');
    const wrong = received.find(({ value }) => !isOdd(value));
    const expected = 'odd numbers only';
    if (wrong) return unmet({ expected, got: JSON.stringify(wrong.value), at: wrong.at });
    const last = received.at(-1);
    return last
      ? met({ expected, got: `${received.length} odd numbers`, at: last.at })
      : unmet({ expected, got: 'no number at all' });
  },
};

const noneLost: Check = {
  id: 'none-lost',
  says: 'Every odd number of the producer gets through, in its order.',
  test(run) {
    const made = emittedBy(run, 'producer').filter(({ value }) => isOdd(value));
    const received = receivedBy(run, 'consumer').filter(({ value }) => isOdd(value));
    const last = received.at(-1);
    if (!last) return unmet({ expected: 'the odd numbers of the producer', got: 'none of them' });
    const missing = received.find(({ value }, i) => value !== made[i]?.value);
    if (missing) {
      const expected = JSON.stringify(made[received.indexOf(missing)]?.value ?? null);
      return unmet({ expected: `${expected} next`, got: JSON.stringify(missing.value), at: missing.at });
    }
    return met({ expected: 'none left out', got: `${received.length} in order`, at: last.at });
  },
};

const producerUnchanged: Check = {
  id: 'producer-unchanged',
  says: 'The producer still makes both even and odd numbers.',
  test(run) {
    const made = emittedBy(run, 'producer');
    const odd = made.filter(({ value }) => isOdd(value)).length;
    const finding = {
      expected: 'even and odd numbers',
      got: `${made.length - odd} even, ${odd} odd`,
      at: made.at(-1)?.at ?? null,
    };
    return odd > 0 && odd < made.length ? met(finding) : unmet(finding);
  },
};

const filtersInConsumer: Detector = {
  misconception: 'filters-in-consumer',
  detect(run) {
    const even = receivedBy(run, 'consumer').find(({ value }) => isEven(value));
    if (!even || stagesOf(run.plan, 'producerConsumer').length > 0) return null;
    return {
      says: `The printer was handed ${JSON.stringify(even.value)}. To skip it there is too late: it has asked for the even numbers already. Give the choice a stage of its own, before the printer.`,
      at: even.at,
    };
  },
};

const filtersInProducer: Detector = {
  misconception: 'filters-in-producer',
  detect(run) {
    const made = emittedBy(run, 'producer');
    if (made.length < ENOUGH || !made.every(({ value }) => isOdd(value))) return null;
    return {
      says: 'Your producer makes odd numbers only, so nothing is left to filter. Leave it as it was: others may want its even numbers.',
      at: made[0]?.at ?? null,
    };
  },
};

const keepsTheOpposite: Detector = {
  misconception: 'filter-keeps-the-opposite',
  detect(run) {
    const received = receivedBy(run, 'consumer');
    if (received.length < ENOUGH || !received.every(({ value }) => isEven(value))) return null;
    return {
      says: 'Exactly the even numbers arrive: your filter keeps what it should drop. What the condition of filter says yes to stays.',
      at: received[0]?.at ?? null,
    };
  },
};

export const exercise: Exercise = {
  checks: [
    filterBetween,
    onlyOdd,
    noneLost,
    producerUnchanged,
    noOverrun,
    keepsFlowing(50, 'Numbers keep coming: at least 50 reach the printer.'),
  ],
  detectors: [
    forgetsToSubscribe,
    bypassesTheFilter,
    forgetsToReturnEvents,
    mapIsAFilter,
    filtersInConsumer,
    filtersInProducer,
    keepsTheOpposite,
  ],
  hints: [
    'You need a third stage: define it, start it, and look at the one subscribe that is there.',
    'A producerConsumer has handleEvents, like a consumer, and returns events, like a producer. Two subscriptions make the line: filter to numbers, printer to filter.',
    'Return { events: events.filter((n) => n % 2 === 1) }. Then subscribe(filter, { to: source, … }) and subscribe(sink, { to: filter, … }).',
  ],
};

function isOdd(value: TraceValue): boolean {
  return typeof value === 'number' && Math.abs(value % 2) === 1;
}

function isEven(value: TraceValue): boolean {
  return typeof value === 'number' && value % 2 === 0;
}
