import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay, type PlanView, type TraceEntry } from 'sluice';
import { sentOn } from '$lib/view/event-batch.ts';
import type { EventRef } from '$lib/view/event-ref.ts';
import { microseconds, type EventLife } from '$lib/view/event-life.ts';
import { EventLives } from '$lib/view/event-lives.ts';
import { planFor, shapes } from '../../laws/random-pipelines.ts';
import { meddlings, runMeddled, type MeddledRun } from '../../laws/meddled-run.ts';

const NUM_RUNS = 30;
const KINDS = ['push', 'cancel', 'kill', 'stop', 'fail', 'hold', 'release'] as const;

function livesOf(plan: PlanView, entries: readonly TraceEntry[]): EventLives {
  const lives = new EventLives(plan);
  lives.update(entries);
  return lives;
}

function* everyEvent(lives: EventLives): Generator<EventRef> {
  for (const link of lives.links) {
    for (let index = 0; index < sentOn(link); index += 1) yield { subscription: link.id, index };
  }
}

function everyLife(lives: EventLives): EventLife[] {
  return [...everyEvent(lives)].flatMap((name) => lives.life(name) ?? []);
}

/** What is told of an event, without the objects that it is told with. */
function told({ link, index, value, place, run, call, segments, startUs, endUs, fate }: EventLife): unknown {
  const made = run?.maker?.end?.seq;
  return [link.id, index, value, place, made, call?.begin.seq, segments, startUs, endUs, fate];
}

/** Random runs, in which somebody meddles. */
function forRandomRuns(check: (run: MeddledRun, random: number) => void): Promise<void> {
  const meddling = meddlings(KINDS, 6);
  const property = fc.asyncProperty(shapes, fc.nat(), meddling, async (shape, seed, meddled) => {
    check(await runMeddled(planFor(shape), seed, meddled), seed);
  });
  return fc.assert(property, { numRuns: NUM_RUNS });
}

describe('EventLives', () => {
  it('cuts the life of every event of a random run into segments that add up to it exactly', async () => {
    await forRandomRuns(({ plan, entries }) => {
      const lives = livesOf(plan, entries);
      for (const { segments, startUs, endUs, run, batch, fate } of everyLife(lives)) {
        let atUs = startUs;
        for (const { fromUs, toUs } of segments) {
          expect(fromUs).toBe(atUs);
          expect(toUs).toBeGreaterThanOrEqual(fromUs);
          atUs = toUs;
        }
        expect(atUs).toBe(endUs);
        expect(startUs).toBe(microseconds((run?.maker?.end ?? batch.sent)?.atMs ?? NaN));
        if (fate.type === 'open') expect(endUs).toBe(microseconds(lives.untilMs));
        else if (fate.type !== 'lost') expect(endUs).toBe(microseconds(fate.end.atMs));
        else expect(endUs).toBe(microseconds(fate.loss.atMs));
      }
    });
  });

  it('knows as many events to be handled and lost as a replay counts', async () => {
    await forRandomRuns(({ plan, entries }) => {
      const lives = livesOf(plan, entries);
      const end = replay(plan, entries, entries.length);
      for (const [id, { dispatched, handled, lost }] of Object.entries(end.subscriptions)) {
        const fates = everyLife(lives).flatMap(({ link, fate }) => (link.id === id ? [fate.type] : []));
        expect(fates.length).toBe(dispatched);
        expect(fates.filter((type) => type === 'handled').length).toBe(handled);
        expect(fates.filter((type) => type === 'lost').length).toBe(lost);
      }
    });
  });

  it('names the callback that returned an event, and the place of the event among what it returned', async () => {
    let places = 0;
    let events = 0;
    await forRandomRuns(({ plan, entries }) => {
      for (const { value, run, place } of everyLife(livesOf(plan, entries))) {
        const end = run?.maker?.end;
        events += 1;
        if (end?.type !== 'end') continue;
        expect(end.emitted).toContain(value);
        if (place === null) continue;
        places += 1;
        expect(end.emitted[place]).toBe(value);
      }
    });
    expect(places).toBeGreaterThan(events / 4);
  });

  it('accounts for what a callback returned: sent, dropped by a full buffer, or for nobody', async () => {
    await forRandomRuns(({ plan, entries }) => {
      const lives = livesOf(plan, entries);
      const end = replay(plan, entries, entries.length);
      for (const { id, dispatcher } of plan.stages) {
        if (dispatcher === 'broadcast') continue;
        const makers = new Set(
          everyLife(lives).flatMap(({ run, link }) =>
            run?.maker && link.producer === id ? [run.maker] : [],
          ),
        );
        for (const { gave, discarded, dropped, end: returned } of makers) {
          const sent = gave.reduce((sum, { run }) => sum + run.count, 0);
          expect(sent + discarded + dropped).toBeLessThanOrEqual(
            returned?.type === 'end' ? returned.count : 0,
          );
        }
        expect([...makers].reduce((sum, { discarded }) => sum + discarded, 0)).toBeLessThanOrEqual(
          end.stages[id]?.discarded ?? 0,
        );
      }
    });
  });

  it('knows the same of a trace that came in parts, late entries of other workers sorted in, as of the whole', async () => {
    await forRandomRuns(({ plan, entries }, seed) => {
      const spread = entries.map((entry) => ({
        ...entry,
        worker: (entry.stage.length + entry.stage.charCodeAt(0)) % 3,
      }));
      const whole = everyLife(livesOf(plan, spread)).map(told);
      const lives = new EventLives(plan);
      for (let cut = seed % 7; cut < spread.length; cut += 1 + (cut % 11) * 3) {
        // What the second worker has recorded lately is not there yet.
        lives.update(spread.filter(({ worker }, i) => i < cut && (worker !== 1 || i < cut - 20)));
      }
      lives.update(spread);
      expect(everyLife(lives).map(told)).toEqual(whole);
    });
  });
});
