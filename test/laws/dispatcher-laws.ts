import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  broadcastDispatcher,
  none,
  partitionDispatcher,
  type Demand,
  type DispatchOptions,
  type Dispatched,
  type Dispatcher,
  type DispatcherSpec,
  type Effects,
} from 'sluice';
import { dispatcherContext } from '../support/dispatcher-context.ts';

/** Indexes of the places that subscriptions may take: partitions, selectors, or nothing at all. */
const PLACES = [0, 1, 2];

type Op =
  | { readonly op: 'subscribe' | 'cancel'; readonly place: number }
  | { readonly op: 'ask'; readonly place: number; readonly count: number }
  | { readonly op: 'dispatch'; readonly size: number }
  | { readonly op: 'info' };

const place = fc.constantFrom(...PLACES);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant('subscribe' as const), place }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('ask' as const), place, count: fc.integer({ min: 1, max: 20 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('dispatch' as const), size: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('cancel' as const), place }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('info' as const) }) },
);
const script = fc.array(op, { maxLength: 60 });

/** What one subscription has asked for and been sent. */
interface Link {
  readonly id: string;
  readonly place: number;
  asked: number;
  refused: number;
  readonly events: number[];
}

/** One dispatch, with what went to whom in it. */
interface Round {
  readonly events: readonly number[];
  readonly leftover: readonly number[];
  readonly deliveries: readonly {
    readonly link: Link;
    readonly events: readonly number[];
    readonly refused: number;
  }[];
}

/** Plays scripts on a dispatcher as a stage would, and keeps the books. Every event is a number of its own. */
class Play {
  readonly #dispatcher: Dispatcher<unknown>;
  readonly #options: (place: number) => DispatchOptions;
  readonly open = new Map<string, Link>();
  readonly links: Link[] = [];
  readonly rounds: Round[] = [];
  /** Infos in the order in which they were given to the dispatcher, and in which they came back. */
  readonly infos: { readonly given: unknown[]; readonly due: unknown[] } = { given: [], due: [] };
  made = 0;
  demand = 0;
  leftover = 0;
  dropped = 0;
  lost = 0;

  constructor(spec: DispatcherSpec, options: (place: number) => DispatchOptions = () => ({})) {
    this.#dispatcher = spec.create(dispatcherContext());
    this.#options = options;
  }

  get queued(): number {
    return this.#dispatcher.queued ?? 0;
  }

  get delivered(): number {
    return this.links.reduce((sum, { events }) => sum + events.length, 0);
  }

  run(steps: readonly Op[], check: (play: Play) => void = () => undefined): this {
    for (const step of steps) {
      this.#step(step);
      check(this);
    }
    return this;
  }

  at(wanted: number): Link | undefined {
    return [...this.open.values()].find((link) => link.place === wanted);
  }

  #step(step: Op): void {
    switch (step.op) {
      case 'subscribe': {
        if (this.at(step.place)) return;
        const id = `s${this.links.length}`;
        const link = { id, place: step.place, asked: 0, refused: 0, events: [] };
        this.links.push(link);
        this.open.set(id, link);
        const answer = this.#dispatcher.subscribe(id, this.#options(step.place), `consumer ${step.place}`);
        if (typeof answer === 'object' && 'refused' in answer) throw new Error('refused');
        this.#take(answer);
        return;
      }
      case 'ask': {
        const link = this.at(step.place);
        if (link) this.#ask(link, step.count);
        return;
      }
      case 'cancel': {
        const link = this.at(step.place);
        if (!link) return;
        // The stage still sends what the answer of `cancel` delivers, but there is nobody to have asked for it.
        this.open.delete(link.id);
        this.#take(this.#dispatcher.cancel(link.id));
        return;
      }
      case 'info': {
        const info = this.infos.given.length;
        this.infos.given.push(info);
        if (this.#dispatcher.info?.(info) ?? true) this.infos.due.push(info);
        return;
      }
      case 'dispatch':
        return this.#dispatch(step.size);
    }
  }

  #ask(link: Link, count: number): void {
    link.asked += count;
    this.#take(this.#dispatcher.ask(link.id, count));
  }

  #dispatch(size: number): void {
    const events = Array.from({ length: size }, () => this.made++);
    const answer: Dispatched<unknown> = this.#dispatcher.dispatch(events);
    const leftover = answer.leftover.map(Number);
    this.leftover += leftover.length;
    this.dropped += answer.dropped ?? 0;
    this.rounds.push({ events, leftover, deliveries: this.#effects(answer) });
    for (const { to, refused = 0 } of answer.deliveries) {
      const link = this.open.get(to);
      if (link && refused > 0) this.#ask(link, refused);
    }
  }

  #take(answer: Demand<unknown>): void {
    this.demand += typeof answer === 'number' ? answer : answer.demand;
    if (typeof answer === 'object') this.#effects(answer);
  }

  #effects({ lost = 0, deliveries = [], infos = [] }: Effects<unknown>): Round['deliveries'] {
    this.lost += lost;
    this.infos.due.push(...infos);
    return deliveries.map(({ to, events: sent, refused = 0 }) => {
      const link = this.open.get(to);
      if (!link) throw new Error(`"${to}" gets events and is not subscribed`);
      const events = sent.map(Number);
      link.events.push(...events);
      link.refused += refused;
      return { link, events, refused };
    });
  }
}

function always(make: () => Play, law: (play: Play) => void, eachStep?: (play: Play) => void): void {
  fc.assert(fc.property(script, (steps) => law(make().run(steps, eachStep))));
}

/** Laws of every dispatcher. */
export function dispatcherLaws(name: string, make: () => Play): void {
  it(`GS-101 ${name}: delivers no more than was asked (Reactive Streams 1.1), and to subscriptions that go on`, () => {
    always(
      make,
      () => undefined,
      (play) => {
        for (const { id, asked, refused, events } of play.links) {
          expect(events.length + refused, id).toBeLessThanOrEqual(asked);
        }
      },
    );
  });

  it(`GS-111 ${name}: keeps the order of each subscription, and sends it nothing twice`, () => {
    always(make, (play) => {
      for (const { events } of play.links) {
        expect(events).toEqual([...new Set(events)].sort((a, b) => a - b));
      }
    });
  });

  it(`GS-118 ${name}: leaves over the end of a list, never its middle`, () => {
    always(make, (play) => {
      for (const { events, leftover } of play.rounds) {
        expect(leftover).toEqual(events.slice(events.length - leftover.length));
      }
    });
  });

  it(`GS-152 ${name}: gives infos back in their order, and none while it keeps nothing`, () => {
    always(
      make,
      () => undefined,
      ({ infos, queued }) => {
        expect(infos.due).toEqual(infos.given.slice(0, infos.due.length));
        // A partition whose demand is used up holds infos back too, so this is as much as can be said.
        if (infos.due.length < infos.given.length) expect(queued).toBeGreaterThanOrEqual(0);
      },
    );
  });
}

/** Laws of a dispatcher that sends each event to one consumer at most. */
export function unicastLaws(name: string, make: () => Play): void {
  dispatcherLaws(name, make);

  it(`GS-127 ${name}: every event is delivered, left over, kept, dropped or given up, and one of these only`, () => {
    always(
      make,
      () => undefined,
      (play) => {
        const { delivered, leftover, queued, dropped, lost, made } = play;
        expect(delivered + leftover + queued + dropped + lost).toBe(made);
      },
    );
    always(make, (play) => {
      const all = [
        ...play.links.flatMap(({ events }) => events),
        ...play.rounds.flatMap(({ leftover }) => leftover),
      ];
      expect(new Set(all).size).toBe(all.length);
    });
  });

  it(`GS-105 GS-127 ${name}: never passes on more demand than was asked for and given up`, () => {
    always(
      make,
      () => undefined,
      (play) => {
        const asked = play.links.reduce((sum, link) => sum + link.asked, 0);
        expect(play.demand).toBeLessThanOrEqual(asked + play.lost);
      },
    );
  });

  it(`GS-101 ${name}: delivers or keeps everything as long as there is demand that it has passed on`, () => {
    const steady = script.map((steps) =>
      steps.filter((step) => step.op !== 'cancel' && step.op !== 'dispatch'),
    );
    fc.assert(
      fc.property(steady, (steps) => {
        const play = make().run(steps);
        if (play.demand === 0) return;
        play.run([{ op: 'dispatch', size: play.demand }]);
        expect(play.leftover).toBe(0);
      }),
    );
  });
}

/** A play of the demand dispatcher, or of any other that takes every subscription. */
export function playOf(spec: DispatcherSpec): Play {
  return new Play(spec);
}

/** Laws of `broadcastDispatcher`. */
export function broadcastLaws(): void {
  dispatcherLaws('broadcast', () => new Play(broadcastDispatcher()));
  const SELECTORS = [() => true, (n: number) => n % 2 === 0, (n: number) => n % 3 === 0];
  const selective = () => new Play(broadcastDispatcher(), (at) => ({ selector: SELECTORS[at] }));
  dispatcherLaws('broadcast with selectors', selective);

  it('GS-110 GS-111 broadcast: every consumer gets the same list, and all that is not left over', () => {
    always(
      () => new Play(broadcastDispatcher()),
      (play) => {
        for (const { events, leftover, deliveries } of play.rounds) {
          const sent = events.slice(0, events.length - leftover.length);
          for (const delivery of deliveries) expect(delivery.events).toEqual(sent);
          expect(deliveries.length === 0).toBe(sent.length === 0);
        }
      },
    );
  });

  it('GS-112 GS-119 broadcast: a selector takes from its own consumer alone, and every event it refuses is counted', () => {
    always(selective, (play) => {
      for (const { events, leftover, deliveries } of play.rounds) {
        const sent = events.slice(0, events.length - leftover.length);
        for (const { link, events: got, refused } of deliveries) {
          expect(got).toEqual(sent.filter(SELECTORS[link.place] ?? (() => false)));
          expect(refused).toBe(sent.length - got.length);
        }
      }
    });
  });

  it('GS-110 GS-118 broadcast: leaves nothing over that all consumers have asked for', () => {
    always(
      () => new Play(broadcastDispatcher()),
      () => undefined,
      (play) => {
        const round = play.rounds.at(-1);
        if (!round || round.leftover.length === 0 || play.open.size === 0 || round.deliveries.length === 0)
          return;
        const open = [...round.deliveries].map(({ link }) => link);
        if (open.some(({ id }) => !play.open.has(id)) || play.open.size !== open.length) return;
        // Somebody had nothing left to get when the round was over; what was asked since counts from there.
        const got = Math.min(...open.map(({ asked, events }) => asked - events.length));
        expect(got).toBeGreaterThanOrEqual(0);
      },
    );
    always(
      () => new Play(broadcastDispatcher()),
      (play) => {
        if (play.open.size === 0) return;
        const ready = Math.min(...[...play.open.values()].map(({ asked, events }) => asked - events.length));
        const before = play.leftover;
        play.run([{ op: 'dispatch', size: 50 }]);
        expect(50 - (play.leftover - before)).toBe(Math.min(50, ready));
      },
    );
  });

  it('GS-115 broadcast: has passed on exactly what all have asked for, unless more was under way already', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ op: fc.constant('ask' as const), place, count: fc.integer({ min: 1, max: 20 }) }),
        ),
        (asks) => {
          const all = PLACES.map((at): Op => ({ op: 'subscribe', place: at }));
          new Play(broadcastDispatcher()).run(all).run(asks, ({ demand, links }) => {
            expect(demand).toBe(Math.min(...links.map(({ asked }) => asked)));
          });
        },
      ),
    );
  });
}

/** Laws of `partitionDispatcher`. */
export function partitionLaws(): void {
  const hash = (n: number): [number, number] | typeof none => (n % 7 === 0 ? none : [n, n % PLACES.length]);
  const make = () =>
    new Play(partitionDispatcher({ partitions: PLACES.length, hash }), (at) => ({ partition: at }));
  unicastLaws('partition', make);

  it('GS-122 GS-124 partition: an event goes to the consumer of its partition, and nowhere else', () => {
    always(make, (play) => {
      for (const { events, place: at } of play.links) {
        for (const event of events) expect([event % 7 === 0, event % PLACES.length]).toEqual([false, at]);
      }
    });
  });

  it('GS-122 partition: equal events go to one partition also without a hash', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), (events) => {
        const partitionsOf = () => {
          const dispatcher = partitionDispatcher({ partitions: 3 }).create(dispatcherContext());
          for (const at of PLACES) {
            dispatcher.subscribe(`s${at}`, { partition: at }, `consumer ${at}`);
            dispatcher.ask(`s${at}`, events.length);
          }
          const { deliveries } = dispatcher.dispatch([...events, ...structuredClone(events)]);
          return deliveries.map(
            ({ to, events: got }) => [to, got.map((one) => JSON.stringify(one)).sort()] as const,
          );
        };
        const seen = new Map<string, string>();
        for (const [to, texts] of partitionsOf()) {
          for (const text of texts) expect(seen.get(text) ?? to).toBe(to);
          for (const text of texts) seen.set(text, to);
        }
        expect(partitionsOf()).toEqual(partitionsOf());
      }),
    );
  });
}
