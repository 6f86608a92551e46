import { describe, expect, it } from 'vitest';
import { RunAccounts } from '$lib/view/accounts/run-accounts.ts';
import { EventLives } from '$lib/view/event-lives.ts';
import { readIn, RunLogs } from '$lib/view/run-logs.ts';
import { StageSharesLog } from '$lib/view/stage-shares.ts';
import { TimelineLog } from '$lib/view/timeline-log.ts';
import { atOnce } from '../../support/at-once.ts';
import { CRASH_AND_RESTART as ENTRIES, SUPERVISED as PLAN } from './recorded.ts';

const SPAN = { fromMs: 0, toMs: ENTRIES.length };
const ON = 'printer←numbers';

/** A log of each kind, and what it knows. */
const LOGS = {
  timeline: () => {
    const log = new TimelineLog(PLAN);
    return { log, told: () => [log.msAt(20), log.landmarks.toArray(), log.lanesOf('printer')] };
  },
  shares: () => {
    const log = new StageSharesLog(PLAN);
    return {
      log,
      told: () => [log.shares('printer', SPAN), log.shares('numbers', SPAN), log.onLink(ON, SPAN)],
    };
  },
  lives: () => {
    const log = new EventLives(PLAN);
    return { log, told: () => [log.untilMs, log.life({ subscription: ON, index: 2 })] };
  },
  accounts: () => {
    const log = new RunAccounts(PLAN);
    return { log, told: () => [log.link(ON)?.sent.last, log.link(ON)?.lostAt(20), log.link(ON)?.closedAt] };
  },
};

describe.each(Object.entries(LOGS))('a log of %s', (_, make) => {
  const whole = make();
  whole.log.update(ENTRIES);

  it('knows the same whether a run is taken at once or little by little', () => {
    const { log, told } = make();
    for (let n = 0; n <= ENTRIES.length; n += 1) {
      log.update(ENTRIES, n);
      expect(log.known).toBe(n);
    }
    expect(told()).toEqual(whole.told());
  });

  it('goes back where a late entry is sorted in before it has taken all', () => {
    const { log, told } = make();
    log.update(
      ENTRIES.filter((_entry, i) => i !== 8),
      11,
    );
    log.update(ENTRIES, 12);
    log.update(ENTRIES);
    expect(told()).toEqual(whole.told());
  });
});

describe('RunLogs', () => {
  it('gives all views of a run the same log, and another one to another run', () => {
    const logs = new RunLogs((plan) => new EventLives(plan));
    const log = logs.of(PLAN, ENTRIES.slice(0, 4));
    expect(logs.of(PLAN, ENTRIES)).toBe(log);
    expect(atOnce(logs.reading(PLAN, ENTRIES))).toBe(log);
    expect(logs.of({ ...PLAN }, ENTRIES)).not.toBe(log);
    const others = ENTRIES.map((entry) => ({ ...entry }));
    expect(logs.of(PLAN, others)).not.toBe(log);
  });

  it('says how far it is', () => {
    const many = Array.from({ length: 300 }, () => ENTRIES).flat();
    const shares = [...readIn(new TimelineLog(PLAN), many)];
    expect(shares.length).toBeGreaterThan(2);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });
});
