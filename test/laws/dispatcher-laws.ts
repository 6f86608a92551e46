import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Dispatcher } from 'sluice';
import { demandIn } from '../../engine/dispatcher/define-dispatcher.ts';

const IDS = ['a', 'b', 'c'];

type Op =
  | { readonly op: 'ask'; readonly id: string; readonly count: number }
  | { readonly op: 'dispatch'; readonly size: number }
  | { readonly op: 'cancel'; readonly id: string };

const id = fc.constantFrom(...IDS);
const script: fc.Arbitrary<Op[]> = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant('ask' as const), id, count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ op: fc.constant('dispatch' as const), size: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ op: fc.constant('cancel' as const), id }),
  ),
  { maxLength: 60 },
);

/** Laws of every unicast dispatcher. Its own test file calls this with its constructor. */
export function unicastLaws(make: () => Dispatcher<number>): void {
  it('delivers no more than was asked (Reactive Streams 1.1), loses nothing and keeps the order', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const dispatcher = make();
        const open = new Map(IDS.map((one) => [one, 0]));
        for (const one of IDS) dispatcher.subscribe(one, {}, one);
        let next = 0;
        for (const step of steps) {
          if (step.op === 'ask') {
            if (!open.has(step.id)) continue;
            dispatcher.ask(step.id, step.count);
            open.set(step.id, (open.get(step.id) ?? 0) + step.count);
          } else if (step.op === 'cancel') {
            if (open.delete(step.id)) dispatcher.cancel(step.id);
          } else {
            const events = Array.from({ length: step.size }, () => next++);
            const { deliveries, leftover } = dispatcher.dispatch(events);
            for (const { to, events: batch } of deliveries) {
              const left = (open.get(to) ?? 0) - batch.length;
              expect(left, to).toBeGreaterThanOrEqual(0);
              open.set(to, left);
            }
            expect([...deliveries.flatMap((one) => one.events), ...leftover]).toEqual(events);
            if (leftover.length > 0) expect([...open.values()].every((count) => count === 0)).toBe(true);
          }
        }
      }),
    );
  });

  it('never asks its producer for more than its consumers asked', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const dispatcher = make();
        for (const one of IDS) dispatcher.subscribe(one, {}, one);
        const gone = new Set<string>();
        let asked = 0;
        let passedOn = 0;
        for (const step of steps) {
          if (step.op === 'dispatch' || gone.has(step.id)) continue;
          if (step.op === 'ask') {
            asked += step.count;
            passedOn += demandIn(dispatcher.ask(step.id, step.count)) ?? Infinity;
          } else {
            gone.add(step.id);
            passedOn += demandIn(dispatcher.cancel(step.id)) ?? Infinity;
          }
          expect(passedOn).toBeLessThanOrEqual(asked);
        }
      }),
    );
  });
}
