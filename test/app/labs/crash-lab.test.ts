import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CRASHABLE,
  crashLines,
  crashProgram,
  guaranteeOf,
  type Acknowledging,
  type Crashable,
  type CrashSettings,
} from '$lib/labs/crash/crash-programs.ts';
import {
  guessSentence,
  ordersText,
  outcomeOf,
  outcomeSentence,
  stopSentence,
} from '$lib/labs/crash/crash-words.ts';
import { fateOf, flightLedger, isInFlight, placesOf, type Fate } from '$lib/labs/crash/flight-ledger.ts';
import { ORDERS, type OrderPlaces } from '$lib/labs/crash/order-places.ts';
import { runOrders } from './crash-run.ts';

const ACKNOWLEDGING: readonly Acknowledging[] = ['sent', 'before', 'after'];
const SETTINGS: readonly CrashSettings[] = ACKNOWLEDGING.flatMap((acknowledge) =>
  [false, true].map((isIdempotent) => ({ acknowledge, isIdempotent })),
);

/** Moments between two ticks of the program's clock, all over its run, ms. */
const moments = fc.integer({ min: 0, max: 110 }).map((tenth) => tenth * 100 + 50);

/** Ids by what has become of them in the end. */
function fates(places: OrderPlaces): Readonly<Record<Fate, readonly number[]>> {
  const ids: Record<Fate, number[]> = { once: [], lost: [], twice: [] };
  for (const order of places.at(places.entries.length)) ids[fateOf(order)].push(order.id);
  return ids;
}

const counted = (ids: ReturnType<typeof fates>) => [ids.once.length, ids.lost.length, ids.twice.length];

async function crashed(settings: CrashSettings, stage: Crashable, atMs: number, seed = 0) {
  const places = await runOrders(settings, { stage, atMs }, { seed });
  const ledger = flightLedger(places, settings);
  if (!ledger) throw new Error('a stage has crashed');
  return { places, ledger };
}

describe('the program of the lab', () => {
  it.each(SETTINGS)('marks two lines under $acknowledge, $isIdempotent', (settings) => {
    const marked = crashLines(settings).flatMap(({ of }) => of ?? []);
    expect([...marked].sort()).toEqual(['acknowledge', 'table']);
    expect(crashProgram(settings).match(/cast\('orders', ids\)/g)).toHaveLength(1);
  });

  it.each(SETTINGS)(
    'saves every order once where nothing crashes: $acknowledge, $isIdempotent',
    async (settings) => {
      const places = await runOrders(settings, null);
      expect(counted(fates(places))).toEqual([ORDERS, 0, 0]);
      expect(flightLedger(places, settings)).toBeNull();
    },
  );
});

describe('flightLedger() of random crashes', () => {
  it('says of every order in flight what becomes of it; every other one is saved once', async () => {
    const seen: Record<Fate | 'repeats', number> = { once: 0, lost: 0, twice: 0, repeats: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SETTINGS),
        fc.constantFrom(...CRASHABLE),
        moments,
        fc.integer({ min: 0, max: 1_000 }),
        async (settings, stage, atMs, seed) => {
          const { places, ledger } = await crashed(settings, stage, atMs, seed);
          const flying = places
            .at(ledger.crash.n)
            .filter(isInFlight)
            .map(({ id }) => id);
          const told = ledger.lines.flatMap(({ ids }) => ids);
          expect([...told].sort((a, b) => a - b)).toEqual(flying);
          const ids = fates(places);
          for (const line of ledger.lines) {
            for (const id of line.ids) expect(ids[line.fate], `${id}: ${line.why}`).toContain(id);
            seen[line.fate] += line.ids.length;
          }
          const others = places.at(places.entries.length).filter(({ id }) => !flying.includes(id));
          expect(others.map(fateOf)).toEqual(others.map(() => 'once'));
          const [once = 0, lost = 0, twice = 0] = counted(ids);
          expect(once + lost + twice).toBe(ORDERS);
          if (settings.acknowledge === 'after') expect(lost).toBe(0);
          else expect(twice).toBe(0);
          if (settings.isIdempotent) expect(twice).toBe(0);
          seen.repeats += places.at(places.entries.length).filter(({ repeats }) => repeats > 0).length;
        },
      ),
      { numRuns: 100 },
    );
    // All of it happens: none of the sentences goes untested.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  }, 120_000);
});

describe('a crash', () => {
  it.each(CRASHABLE)('of "%s" changes nothing before its moment', async (stage) => {
    const settings: CrashSettings = { acknowledge: 'after', isIdempotent: false };
    const base = await runOrders(settings, null);
    for (const atMs of [750, 3_550, 6_050]) {
      const { places, ledger } = await crashed(settings, stage, atMs);
      expect(ledger.crash).toMatchObject({ stage, atMs, n: base.positionAt(atMs) });
      expect(places.entries.slice(0, ledger.crash.n)).toEqual(base.entries.slice(0, ledger.crash.n));
    }
  });

  it('while two orders are saved and two are not costs what the place of the acknowledgement decides', async () => {
    const told = await Promise.all(
      SETTINGS.map(async (settings) => {
        const { places } = await crashed(settings, 'saver', 3_550);
        const { once, lost, twice } = fates(places);
        const repeats = places.at(places.entries.length).filter((order) => order.repeats > 0).length;
        return [guaranteeOf(settings), once.length, lost, twice, repeats];
      }),
    );
    const mailbox = [9, 10, 11, 12];
    expect(told).toEqual([
      ['at most once', 18, [7, 8, ...mailbox], [], 0],
      ['at most once', 18, [7, 8, ...mailbox], [], 0],
      ['at most once', 22, [7, 8], [], 0],
      ['at most once', 22, [7, 8], [], 0],
      ['at least once', 22, [], [5, 6], 0],
      ['effectively once', 24, [], [], 2],
    ]);
  });
});

describe('what is said of a crash', () => {
  const outcomeWith = async (settings: CrashSettings, stage: Crashable, atMs: number) => {
    const { places, ledger } = await crashed(settings, stage, atMs);
    return { outcome: outcomeOf(places), ledger, says: outcomeSentence(outcomeOf(places), settings) };
  };

  it.each([
    ['sent', false, /^At most once: orders 7 to 12 are lost\./],
    ['before', false, /^At most once: orders 7 and 8 are lost\./],
    ['after', false, /^At least once: nothing is lost, and orders 5 and 6 are in the table twice/],
    ['after', true, /^Effectively once: all 24 are in the table once\. Orders 5 and 6 came twice/],
  ] as const)('names the orders: %s, %s', async (acknowledge, isIdempotent, expected) => {
    const { says } = await outcomeWith({ acknowledge, isIdempotent }, 'saver', 3_550);
    expect(says).toMatch(expected);
  });

  it('says that nothing came of it where nothing was between a save and its acknowledgement', async () => {
    const { says, ledger } = await outcomeWith({ acknowledge: 'after', isIdempotent: false }, 'saver', 750);
    expect(says).toMatch(/another moment may cost more/);
    expect(stopSentence(ledger)).toBe('Held just before “saver” crashes: 4 orders are in flight.');
  });

  it('says the same of the other order of the two where the acknowledgement comes first', async () => {
    const { says } = await outcomeWith({ acknowledge: 'before', isIdempotent: false }, 'saver', 750);
    expect(says).toMatch(/no stage that ended had an order that was acknowledged and not saved/);
  });

  it('has its moment before the end of what there is to see, also when all was saved by then', async () => {
    const { places } = await crashed({ acknowledge: 'after', isIdempotent: false }, 'saver', 11_050);
    expect(places.restMs).toBe(11_050);
    expect(counted(fates(places))).toEqual([ORDERS, 0, 0]);
  });

  it('sets a guess beside what came, of the orders in flight', async () => {
    const { outcome, ledger } = await outcomeWith(
      { acknowledge: 'after', isIdempotent: false },
      'saver',
      3_550,
    );
    expect(outcome.flying).toEqual(ledger.counts);
    expect(guessSentence(ledger.counts, outcome)).toBe('It came as you said.');
    expect(guessSentence({ once: 10, lost: 4, twice: 2 }, outcome)).toBe(
      'You expected otherwise: once 14 instead of 10 and lost 0 instead of 4.',
    );
  });

  it('keeps places apart before it is told what becomes of them, and no more than places', async () => {
    const { ledger } = await outcomeWith({ acknowledge: 'after', isIdempotent: false }, 'saver', 2_850);
    // Of what the pricer works on, all is about to go to a saver that is gone: that is not told before.
    expect(ledger.lines.some(({ why }) => why.includes('does not know yet'))).toBe(true);
    const told = placesOf(ledger).flatMap(({ ids }) => ids);
    expect(told).toHaveLength(ledger.total);
    expect(new Set(told).size).toBe(ledger.total);
    expect(Object.keys(placesOf(ledger)[0] ?? {})).not.toContain('fate');
  });

  it.each([
    [[5], 'order 5'],
    [[8, 5, 6, 7, 12], 'orders 5 to 8 and 12'],
    [[1, 2, 4], 'orders 1, 2 and 4'],
  ])('calls %j "%s"', (ids, expected) => {
    expect(ordersText(ids)).toBe(expected);
  });
});
