import { describe, expect, it } from 'vitest';
import { sum } from 'd3-array';
import { advance, emptyState, viewOfPlan, type PipelineState, type PlanView, type TraceEntry } from 'sluice';
import { doingOf, isBlocked, linkDoingOf } from '$lib/view/stage-doing.ts';
import { StagesNow, type StageNow } from '$lib/view/stages-now.ts';
import { chaosProgram } from '../../laws/chaos/chaos-plan.ts';
import { runChaos } from '../../laws/chaos/chaos-run.ts';
import { chaosCase } from '../../laws/chaos/chaos-shapes.ts';
import { firstRun } from './first-run.ts';

/** Random topologies with random faults. */
async function chaos(
  seed: number,
): Promise<{ readonly plan: PlanView; readonly entries: readonly TraceEntry[] }> {
  const one = chaosCase(seed);
  const { entries } = await runChaos(one);
  return { plan: viewOfPlan(chaosProgram(one.shape).plan), entries };
}

/** The same as {@link factsOf}, by the state of the whole pipeline. */
function expectedOf(id: string, { stages, subscriptions }: PipelineState) {
  const own = stages[id];
  const links = Object.values(subscriptions);
  const upstream = links.filter(({ consumer }) => consumer === id);
  const downstream = links.filter(({ producer }) => producer === id);
  return {
    isAlive: own?.status === 'idle' || own?.status === 'busy',
    isRunning: own?.status === 'busy',
    isFrozen: own?.frozen,
    buffered: own?.buffered,
    inHand: own?.inHand.length,
    arriving: sum(upstream, (link) => sum(link.eventsInFlight, ({ count }) => count)),
    open: sum(downstream, (link) => link.open),
    asking: sum(downstream, (link) => sum(link.asksInFlight, ({ count }) => count)),
  };
}

function factsOf(now: StageNow | undefined) {
  const { isAlive, isRunning, isFrozen, buffered, inHand, arriving, open, asking } = now ?? {};
  return { isAlive, isRunning, isFrozen, buffered, inHand, arriving, open, asking };
}

describe('StagesNow', () => {
  it('agrees with the state of the pipeline after every entry, whatever fails', async () => {
    let lives = 0;
    let blocked = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const { plan, entries } = await chaos(seed);
      const now = StagesNow.of(plan);
      let state = emptyState(plan);
      for (const entry of entries.slice(0, 1_000)) {
        now.apply(entry);
        state = advance(state, entry);
        if (entry.type === 'start' && entry.life !== undefined) lives += 1;
        for (const { id } of plan.stages) {
          const own = now.at(id);
          const [facts, expected] = [factsOf(own), expectedOf(id, state)];
          // What a selector refuses its producer asks itself for again, which looks like an ask of the consumer's.
          if (
            Object.values(state.subscriptions).some(({ producer, dropped }) => producer === id && dropped > 0)
          )
            expected.asking = facts.asking ?? 0;
          expect(facts, `seed ${seed}, ${id} after entry ${entry.seq}`).toEqual(expected);
          if (own && isBlocked(own)) blocked += 1;
        }
      }
    }
    expect(lives).toBeGreaterThan(10);
    expect(blocked).toBeGreaterThan(100);
  });

  it('names every stage that does something else after an entry', async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { plan, entries } = await chaos(seed);
      const now = StagesNow.of(plan);
      const doings = () => new Map(plan.stages.map(({ id }) => [id, doingOf(now.at(id))]));
      let before = doings();
      for (const entry of entries) {
        const other = now.apply(entry);
        const after = doings();
        const changed = plan.stages.filter(({ id }) => before.get(id) !== after.get(id)).map(({ id }) => id);
        expect([entry.stage, other], `seed ${seed}, entry ${entry.seq}`).toEqual(
          expect.arrayContaining(changed),
        );
        before = after;
      }
    }
  });

  it('goes on by itself as a copy', async () => {
    const { plan, entries } = await firstRun();
    const now = StagesNow.of(plan);
    const [half, rest] = [entries.slice(0, 300), entries.slice(300)];
    for (const entry of half) now.apply(entry);
    const facts = () => plan.stages.map(({ id }) => factsOf(now.at(id)));
    const before = facts();
    const copy = now.copy();
    for (const entry of rest) copy.apply(entry);
    expect(facts()).toEqual(before);
    for (const entry of rest) now.apply(entry);
    expect(plan.stages.map(({ id }) => factsOf(copy.at(id)))).toEqual(facts());
    const linksOf = (one: StagesNow) =>
      plan.stages.map(({ id }) => one.at(id)?.links.map((link) => [link.edge, link.open, linkDoingOf(link)]));
    expect(linksOf(copy)).toEqual(linksOf(now));
  });

  it('has one link for an edge, whatever life it was made in', async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { plan, entries } = await chaos(seed);
      const now = StagesNow.of(plan);
      for (const entry of entries) now.apply(entry);
      for (const { id } of plan.stages) {
        const edges = now.at(id)?.links.map(({ edge }) => edge) ?? [];
        expect(edges).toEqual([...new Set(edges)]);
      }
    }
  });
});
