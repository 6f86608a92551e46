import {
  consumer,
  fromInterval,
  MAX_STOP_CONDITIONS,
  pipeline,
  readStopCondition,
  runVirtual,
  sleep,
  type StopCondition,
} from 'sluice';
import { describe, expect, it } from 'vitest';
import { conditionOf, draftOf, firstDraft, fittingDraft } from '../../../app/lib/stops/stop-draft.ts';
import { StopLog } from '../../../app/lib/stops/stop-log.ts';
import { StormSettings } from '../../../app/lib/weather/storm.svelte.ts';
import { conditionText, fittingConditions, stopSentence } from '../../../app/lib/stops/stop-words.ts';

const run = () =>
  runVirtual(
    pipeline(({ start, subscribe }) => {
      const ticks = start('ticks', fromInterval(10, { take: 30, bufferSize: 100 }));
      const save = start('save', consumer({ handleEvents: () => sleep(25) }));
      subscribe(save, { to: ticks, maxDemand: 4, minDemand: 2, cancel: 'transient' });
    }),
    { seed: 0 },
  );

const CONDITIONS: readonly StopCondition[] = [
  { kind: 'depth', stage: 'save', atLeast: 3 },
  { kind: 'pending', subscription: 'save←ticks', is: 4, forMs: 10 },
  { kind: 'value', of: { subscription: 'save←ticks' }, path: '', equals: '7' },
];

describe('StopLog', () => {
  it('finds the same moments at once and while the run grows, also when entries come late', async () => {
    const { plan, entries } = await run();
    const whole = new StopLog(plan, CONDITIONS);
    whole.update(entries);
    expect(whole.moments.length).toBeGreaterThan(2);
    const growing = new StopLog(plan, CONDITIONS);
    for (let n = 0; n <= entries.length; n += 7) growing.update(entries.slice(0, n));
    growing.update(entries);
    expect(growing.moments).toEqual(whole.moments);
    const late = new StopLog(plan, CONDITIONS);
    late.update(entries.filter((_, i) => i !== 40));
    late.update(entries);
    expect(late.moments).toEqual(whole.moments);
  });

  it('goes from moment to moment, both ways', async () => {
    const { plan, entries } = await run();
    const log = new StopLog(plan, CONDITIONS.slice(2));
    log.update(entries);
    const [moment] = log.moments;
    const n = moment?.n ?? 0;
    const entry = entries[n - 1];
    expect(entry?.type === 'dispatch' && entry.events).toContain(7);
    expect(log.after(0)?.n).toBe(n);
    expect(log.after(n)).toBeNull();
    expect(log.before(n)).toBeNull();
    expect(log.before(entries.length)?.n).toBe(n);
  });
});

describe('words', () => {
  it('say what a condition is, and why a run stands still', async () => {
    const { plan } = await run();
    expect(CONDITIONS.map((condition) => conditionText(condition, plan))).toEqual([
      '3 or more wait at save',
      'pending is 4 for 10 ms on the link from ticks to save',
      '7 passes on the link from ticks to save',
    ]);
    const [condition] = fittingConditions(CONDITIONS, plan);
    const hit = condition && { condition, seq: 9, atMs: 3, seen: 51 };
    expect(hit && stopSentence(hit, plan)).toBe('51 events wait at save; you asked to stop at 3.');
    expect(fittingConditions(CONDITIONS, { stages: [], subscriptions: [] })).toEqual([]);
  });

  it('come back from a form as they were filled in', async () => {
    const { plan } = await run();
    const others: readonly StopCondition[] = [
      { kind: 'window', stage: 'save' },
      { kind: 'value', of: { stage: 'save' }, path: 'key', equals: 'a' },
    ];
    for (const condition of [...CONDITIONS, ...others]) {
      expect(conditionOf(draftOf(condition, firstDraft(plan)))).toEqual(condition);
    }
  });

  it('keeps its numbers within what the engine takes', async () => {
    const { plan } = await run();
    const condition = conditionOf({ ...firstDraft(plan), kind: 'depth', atLeast: 1e30 });
    expect(readStopCondition(condition, 'condition')).toEqual(condition);
    const settings = new StormSettings();
    for (let atLeast = 1; atLeast <= MAX_STOP_CONDITIONS + 2; atLeast += 1)
      settings.stopAt({ kind: 'depth', stage: 'save', atLeast });
    expect(settings.conditions).toHaveLength(MAX_STOP_CONDITIONS);
    expect(settings.conditions[0]).toMatchObject({ atLeast: 3 });
  });

  it('is filled in anew with what another program has', async () => {
    const { plan } = await run();
    const begun = {
      ...firstDraft(plan),
      kind: 'pending',
      stage: 'gone',
      subscription: 'gone←too',
      is: 3,
    } as const;
    expect(fittingDraft(begun, plan)).toEqual({ ...begun, stage: 'save', subscription: 'save←ticks' });
    const fits = { ...begun, stage: 'ticks', subscription: 'save←ticks' } as const;
    expect(fittingDraft(fits, plan)).toEqual(fits);
  });
});
