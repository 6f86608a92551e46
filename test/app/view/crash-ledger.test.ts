import { describe, expect, it } from 'vitest';
import {
  consumer,
  pipeline,
  producer,
  runVirtual,
  sleep,
  viewOfPlan,
  type PlanView,
  type TraceEntry,
} from 'sluice';
import { crashLedger, startsAgain } from '$lib/inspect/losses/crash-ledger.ts';
import { IncidentLog, startedWith, type Incident } from '$lib/inspect/losses/incidents.ts';
import { sinkTotals } from '$lib/inspect/losses/sink-totals.ts';
import { RunAccounts } from '$lib/view/accounts/run-accounts.ts';
import { chaosProgram, sharingIn } from '../../laws/chaos/chaos-plan.ts';
import { runChaos } from '../../laws/chaos/chaos-run.ts';
import { chaosCase } from '../../laws/chaos/chaos-shapes.ts';
import { EventAccount } from '../../laws/chaos/event-account.ts';
import { runOnVirtualWorkers } from '../../laws/chaos/workers-run.ts';

describe('crashLedger() on random runs with random faults', () => {
  it('accounts for every event that was in the system: safe + lost + again, none twice', async () => {
    let [incidents, events] = [0, 0];
    for (let seed = 0; seed < 120; seed += 1) {
      const one = chaosCase(seed);
      const { entries, unexplained } = await runChaos(one);
      expect(unexplained).toBeNull();
      const { plan } = chaosProgram(one.shape);
      const view = viewOfPlan(plan);
      const accounts = new RunAccounts(view);
      accounts.update(entries);
      for (const incident of new IncidentLog(view).update(entries)) {
        const reference = new EventAccount((stage) => sharingIn(plan, one.shape, stage));
        for (const entry of entries.slice(0, incident.n - 1)) reference.take(entry);
        const ledger = crashLedger(view, accounts, incident);
        const where = `seed ${seed}, ${incident.stages.join()} at ${incident.seq}`;
        expect(ledger.total, where).toBe(reference.openCount);
        const { safe, lost, again } = ledger.predicted;
        expect(safe + lost + again, where).toBe(ledger.total);
        for (const line of ledger.lines) {
          const { handled, lost: gone, again: remade, discarded, open } = line.happened;
          expect(handled + gone + remade + discarded + open, where).toBe(line.count);
          // What the rules give up for lost is lost; what was to be made again is lost from memory at least.
          if (line.predicted !== 'safe') expect(gone + remade, `${where}: ${line.why}`).toBe(line.count);
        }
        incidents += 1;
        events += ledger.total;
      }
    }
    expect(incidents).toBeGreaterThan(100);
    expect(events).toBeGreaterThan(500);
  }, 240_000);

  it('foresees "made again" of no source that is never started again', async () => {
    const seen = { again: 0, lost: 0 };
    for (let seed = 0; seed < 150; seed += 1) {
      const one = chaosCase(seed);
      const { entries } = await runChaos(one);
      const view = viewOfPlan(chaosProgram(one.shape).plan);
      for (const incident of new IncidentLog(view).update(entries)) {
        for (const stage of incident.stages) {
          const says = startsAgain(view, stage, incident);
          const where = `seed ${seed}, ${stage} at ${incident.seq}: ${JSON.stringify(incident)}`;
          if (!says) expect(comesBack(view, entries, { stage, n: incident.n }), where).toBe(false);
          seen[says ? 'again' : 'lost'] += 1;
        }
      }
    }
    expect(Math.min(seen.again, seen.lost)).toBeGreaterThan(20);
  }, 240_000);

  it('accounts for what was in the system when a worker was killed, as far as it had told', async () => {
    let [killed, events] = [0, 0];
    for (let seed = 0; killed < 40; seed += 1) {
      const one = chaosCase(seed);
      if (!one.faults.some(({ what }) => what === 'killWorker')) continue;
      const { entries } = await runOnVirtualWorkers(one);
      const view = viewOfPlan(chaosProgram(one.shape).plan);
      const accounts = new RunAccounts(view);
      accounts.update(entries);
      for (const incident of new IncidentLog(view).update(entries)) {
        if (incident.how !== 'worker') continue;
        const ledger = crashLedger(view, accounts, incident);
        const where = `seed ${seed}, ${incident.stages.join()} at ${incident.seq}`;
        const { safe, lost, again } = ledger.predicted;
        expect(safe + lost + again, where).toBe(ledger.total);
        for (const line of ledger.lines) {
          const { handled, lost: gone, again: remade, discarded, open } = line.happened;
          expect(handled + gone + remade + discarded + open, where).toBe(line.count);
          if (line.predicted !== 'safe') expect(gone + remade, `${where}: ${line.why}`).toBe(line.count);
        }
        killed += 1;
        events += ledger.total;
      }
    }
    expect(events).toBeGreaterThan(100);
  }, 240_000);
});

/** Whether a stage lives once more after an incident, and not for the sake of one that has ended later. */
function comesBack(
  plan: PlanView,
  entries: readonly TraceEntry[],
  { stage, n }: { readonly stage: string; readonly n: number },
): boolean {
  const started = entries.findIndex((entry, i) => i >= n && entry.type === 'start' && entry.stage === stage);
  const between = entries.slice(n, Math.max(n, started));
  const isForAnother = between.some(
    (entry) =>
      entry.type === 'restart' && entry.child !== stage && startedWith(plan, stage, entry.child) !== null,
  );
  return started >= 0 && !isForAnother;
}

describe('startsAgain()', () => {
  const kept = (restart: 'permanent' | 'transient' | 'temporary'): PlanView => ({
    stages: [],
    subscriptions: [],
    supervisors: [
      {
        id: 'keeper',
        strategy: 'oneForAll',
        maxRestarts: 3,
        maxSeconds: 5,
        children: [{ id: 'a', restart }],
      },
    ],
  });
  const end = (reason: Incident['reason'], by: Incident['by'] = 'itself') =>
    ({ how: 'end', reason, by }) as const;
  const crash = { how: 'crash', reason: { error: 'Error', message: 'boom' }, by: 'itself' } as const;

  it.each([
    ['permanent', crash, true],
    ['permanent', end('shutdown'), true],
    ['transient', crash, true],
    ['transient', end('boom'), true],
    ['transient', end('shutdown'), false],
    ['transient', end(['shutdown', 'enough']), false],
    ['transient', end('shutdown', 'restart'), true],
    ['temporary', crash, false],
    ['temporary', end('shutdown', 'restart'), false],
    ['permanent', end('shutdown', 'keeper'), false],
  ] as const)('of a %s child after %j is %s', (restart, incident, expected) => {
    expect(startsAgain(kept(restart), 'a', incident)).toBe(expected);
  });
});

describe('what a crash costs', () => {
  const numbers = producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.max(0, Math.min(demand, 30 - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const counter = consumer({ handleEvents: (events: number[]) => sleep(events.length) });
  const planWith = (strategy: 'oneForOne' | 'oneForAll') =>
    pipeline(({ start, subscribe, supervise }) => {
      const source = start('numbers', numbers);
      const sink = start('counter', counter);
      subscribe(sink, { to: source, maxDemand: 4, minDemand: 2, cancel: 'temporary' });
      supervise('keeper', [source, sink], { strategy });
    });
  const told = async (stage: string, strategy: 'oneForOne' | 'oneForAll') => {
    const run = await runVirtual(planWith(strategy), {
      seed: 0,
      faults: [{ fault: 'crash', stage, turn: 14 }],
    });
    const accounts = new RunAccounts(run.plan);
    accounts.update(run.entries);
    const [incident] = new IncidentLog(run.plan).update(run.entries);
    if (!incident) throw new Error('a stage has crashed');
    return { ledger: crashLedger(run.plan, accounts, incident), totals: sinkTotals(accounts) };
  };

  it('of a consumer: what it had is lost, and comes no second time', async () => {
    const { ledger, totals } = await told('counter', 'oneForOne');
    expect(ledger.predicted.lost).toBe(ledger.total);
    expect(ledger.happened).toEqual({ handled: 0, lost: ledger.total, again: 0, discarded: 0, open: 0 });
    const lost = ledger.total + ledger.lines.reduce((sum, { atRisk }) => sum + atRisk, 0);
    expect(totals.byValue).toMatchObject({ made: 30, twice: 0, waiting: 0 });
    expect(totals.byValue?.missing).toBeGreaterThanOrEqual(lost);
    expect((totals.byValue?.once ?? 0) + (totals.byValue?.missing ?? 0)).toBe(30);
    expect(totals.rows[0]?.lost).toBe(totals.byValue?.missing);
  });

  it('of a source that starts from the beginning: what it had sent comes a second time', async () => {
    const { ledger, totals } = await told('numbers', 'oneForAll');
    expect(ledger.predicted.lost).toBe(0);
    // All 30 are made again: what had been handled by then is handled twice, and nothing is missing in the end.
    expect(totals.byValue).toMatchObject({ made: 30, missing: 0, waiting: 0 });
    expect(totals.byValue?.twice).toBeGreaterThan(0);
    expect(totals.rows[0]?.handled).toBe(30 + (totals.byValue?.twice ?? 0));
  });
});
