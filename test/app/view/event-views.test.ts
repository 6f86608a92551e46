import { describe, expect, it } from 'vitest';
import {
  Flow,
  Window,
  consumer,
  pipeline,
  planOf,
  producer,
  producerConsumer,
  runVirtual,
  sleep,
} from 'sluice';
import { findEvents } from '$lib/view/event-find.ts';
import { latenciesIn } from '$lib/view/event-latencies.ts';
import { cameOf, madeFrom, trailOf } from '$lib/view/event-lineage.ts';
import { EventLives } from '$lib/view/event-lives.ts';
import { passport } from '$lib/view/event-passport.ts';
import { histogram, pathOf } from '$lib/view/event-path.ts';
import type { EventRef } from '$lib/view/event-ref.ts';
import { waterfall } from '$lib/view/event-waterfall.ts';
import { spanText } from '$lib/view/event-words.ts';
import { atOnce } from '../../support/at-once.ts';

const ODD = 'odd←numbers';
const SAVE = 'save←odd';

/** numbers makes 8 in 5 ms; odd keeps the odd ones, 10 ms a batch; save takes 20 ms a batch, 100 ms for one with a 5 in it. */
async function livesOfProgram(): Promise<EventLives> {
  const numbers = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, 8 - next);
      const events = Array.from({ length: size }, (_, i) => next + i);
      return sleep(5).then(() => ({ events, state: next + size }));
    },
  });
  const odd = producerConsumer({
    handleEvents: (events: number[]) => sleep(10).then(() => ({ events: events.filter((n) => n % 2 === 1) })),
  });
  const save = consumer({ handleEvents: (events: number[]) => sleep(events.includes(5) ? 100 : 20) });
  const program = pipeline(({ start, subscribe }) => {
    const [from, through, to] = [start('numbers', numbers), start('odd', odd), start('save', save)];
    subscribe(through, { to: from, maxDemand: 4, minDemand: 2 });
    subscribe(to, { to: through, maxDemand: 1, minDemand: 0 });
  });
  const { plan, entries } = await runVirtual(planOf(program), { seed: 0 });
  const lives = new EventLives(plan);
  lives.update(entries);
  return lives;
}

function lifeOf(lives: EventLives, subscription: string, index: number) {
  const life = lives.life({ subscription, index });
  if (!life) throw new Error(`There is no event ${index} on ${subscription}`);
  return life;
}

const spans = (lives: EventLives, subscription: string, index: number) =>
  lifeOf(lives, subscription, index).segments.map(({ kind, fromUs, toUs }) => [
    kind,
    (toUs - fromUs) / 1_000,
  ]);

describe('EventLives.life()', () => {
  it('tells waiting, travelling and working apart, by the clock of the run', async () => {
    const lives = await livesOfProgram();
    // 0 and 1 are handled at once, while 2 and 3 of the same delivery wait for their turn.
    expect(spans(lives, ODD, 0)).toEqual([
      ['edge', 0],
      ['mailbox', 0],
      ['work', 10],
    ]);
    expect(spans(lives, ODD, 2)).toEqual([
      ['edge', 0],
      ['mailbox', 0],
      ['turn', 10],
      ['work', 10],
    ]);
    // odd is not asked for more while save works on what it has: what it has taken waits for that.
    expect(spans(lives, ODD, 6).map(([kind]) => kind)).toEqual(['edge', 'mailbox', 'demand', 'work']);
    const seven = lifeOf(lives, SAVE, 3);
    expect(spans(lives, SAVE, 3).reduce((sum, [, ms]) => sum + Number(ms), 0)).toBe(
      (seven.endUs - seven.startUs) / 1_000,
    );
  });
});

describe('madeFrom() and cameOf()', () => {
  it('claim no more than a run records: batches, unless a batch had one event', async () => {
    const lives = await livesOfProgram();
    expect(madeFrom(lifeOf(lives, ODD, 0))).toBeNull();
    expect(madeFrom(lifeOf(lives, SAVE, 0))).toEqual({
      certainty: 'batch',
      events: [
        { subscription: ODD, index: 0 },
        { subscription: ODD, index: 1 },
      ],
      count: 2,
    });
    const given = { events: [{ subscription: SAVE, index: 0 }], count: 1 };
    expect(cameOf(lifeOf(lives, ODD, 0))).toEqual({ certainty: 'batch', ...given });
    expect(cameOf(lifeOf(lives, SAVE, 0))).toBeNull();
    const life = lifeOf(lives, ODD, 0);
    expect(trailOf(life, (name) => lives.life(name))).toEqual([{ subscription: ODD, index: 0 }]);
  });

  it('take what stands at the same place for it where as many came out as went in', async () => {
    const numbers = producer({
      init: () => 1,
      handleDemand: (demand, next: number) => ({
        events: Array.from({ length: Math.min(demand, 9 - next) }, (_, i) => next + i),
        state: Math.min(next + demand, 9),
      }),
    });
    const tens = producerConsumer({
      handleEvents: (events: number[]) => ({ events: events.map((n) => n * 10) }),
    });
    const sink = consumer({ handleEvents: () => undefined });
    const program = pipeline(({ start, subscribe }) => {
      const [from, through, to] = [start('numbers', numbers), start('tens', tens), start('sink', sink)];
      subscribe(through, { to: from, maxDemand: 6 });
      subscribe(to, { to: through, maxDemand: 2 });
    });
    const { plan, entries } = await runVirtual(planOf(program), { seed: 0 });
    const lives = new EventLives(plan);
    lives.update(entries);
    for (let index = 0; index < 8; index += 1) {
      const before = { subscription: 'tens←numbers', index };
      const after = { subscription: 'sink←tens', index };
      const life = lifeOf(lives, before.subscription, index);
      expect(lives.valueOf(after)).toBe((index + 1) * 10);
      expect(cameOf(life)).toMatchObject({ certainty: 'placed', events: [after] });
      expect(madeFrom(lifeOf(lives, after.subscription, index))).toMatchObject({ events: [before] });
      expect(trailOf(life, (name) => lives.life(name))).toEqual([before, after]);
    }
  });
});

describe('pathOf()', () => {
  it('knows what is usual on a path, which event took longest, and why', async () => {
    const lives = await livesOfProgram();
    const path = pathOf(lives, SAVE);
    if (!path) throw new Error('Nothing was handled');
    expect([path.count, path.every, path.medianUs.work]).toEqual([4, 1, 20_000]);
    expect(path.slowest && lives.valueOf(path.slowest)).toBe(5);
    const { sentence, rows, total } = waterfall(lifeOf(lives, SAVE, 2), path);
    expect(sentence).toBe(
      'Slower than the median of 20 ms, as it was worked on for 100 ms; the median is 20 ms.',
    );
    expect(rows.at(-1)).toMatchObject({ x1: 1, took: '100 ms', median: { text: 'median 20 ms' }, to: total });
    const bars = histogram(path);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(path.count);
    expect(bars.find(({ toUs }) => toUs >= path.totalUs.longest)?.count).toBeGreaterThan(0);
  });

  it('has nothing to say of a path on which nothing was handled', async () => {
    expect(pathOf(await livesOfProgram(), 'nobody')).toBeNull();
  });
});

describe('latenciesIn()', () => {
  it('counts an event from when the first of its batch was made at the source', async () => {
    const lives = await livesOfProgram();
    const { all, bySink } = atOnce(latenciesIn(lives));
    expect([...bySink.keys()]).toEqual(['save']);
    expect(all?.count).toBe(4);
    const [one, last] = [lifeOf(lives, SAVE, 0), lifeOf(lives, SAVE, 3)];
    const bornUs = (index: number) => lifeOf(lives, ODD, index).startUs;
    expect(all?.maxMs).toBe((last.endUs - bornUs(6)) / 1_000);
    expect(all?.p50Ms).toBeGreaterThanOrEqual((one.endUs - bornUs(0)) / 1_000);
  });
});

describe('findEvents()', () => {
  it('finds by value and subscription, as many as there is room for', async () => {
    const lives = await livesOfProgram();
    const names = (text: string, edge: string | null, most = 9): readonly EventRef[] =>
      findEvents(lives, { text, edge }, most).found.map(({ name }) => name);
    expect(names('5', null)).toEqual([
      { subscription: ODD, index: 5 },
      { subscription: SAVE, index: 2 },
    ]);
    expect(names('5', SAVE)).toEqual([{ subscription: SAVE, index: 2 }]);
    expect(findEvents(lives, { text: '', edge: null }, 3)).toMatchObject({
      isCut: true,
      found: { length: 3 },
    });
  });
});

describe('passport()', () => {
  it('says what an event is, who made it, who took it and with how many others', async () => {
    const lives = await livesOfProgram();
    const facts = Object.fromEntries(
      passport(lifeOf(lives, ODD, 3), lives).map(({ term, text }) => [term, text]),
    );
    expect(facts).toEqual({
      Value: '3',
      'Made by': 'numbers in handleDemand, worker 1',
      'Sent to': 'odd, as event 4',
      'Taken by': 'odd on worker 1',
      'Handled in': 'handleEvents, event 2 of a batch of 2',
      Outcome: 'odd has handled it, together with 1 other event of its batch.',
    });
  });

  it('names the windows an event counted in, its event time, and those it was too late for', async () => {
    const windowed = Flow.from([1, 4, 12, 25, 3])
      .partition({ window: Window.fixed(10, 'millisecond', (n: number) => n), stages: 1 })
      .reduce(
        () => 0,
        (n: number, sum: number) => sum + n,
      )
      .emit('state');
    const { plan, entries } = await runVirtual(planOf(windowed), { seed: 0 });
    const lives = new EventLives(plan);
    lives.update(entries);
    const facts = findEvents(lives, { text: '', edge: null }, 100).found.flatMap(({ name }) =>
      passport(lifeOf(lives, name.subscription, name.index), lives),
    );
    const texts = (term: string) => facts.flatMap((fact) => (fact.term === term ? [fact.text] : []));
    expect(texts('Event time')).toEqual(['1 ms', '4 ms', '12 ms', '25 ms', '3 ms']);
    expect([...texts('Counted in'), ...texts('Too late for')]).toContain('the fixed window from 10 ms');
  });
});

describe('spanText()', () => {
  it('is as exact as there is to see', () => {
    expect([0, 80_000, 1_204, 85_440, 378_600, 12_000_000].map(spanText)).toEqual([
      '0 ms',
      '80 ms',
      '1.20 ms',
      '85.4 ms',
      '379 ms',
      '12.0 s',
    ]);
  });
});
