import { describe, expect, it } from 'vitest';
import { TelemetryReports } from '../../../engine/runtime/telemetry-reports.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';

/** Reports with so many credits, which say when they were posted; the first `left` leave more to tell. */
function reporting(credits: number, { left = 0 } = {}) {
  const scheduler = new VirtualScheduler();
  const posted: number[] = [];
  const reports = new TelemetryReports(scheduler, credits, {
    post: () => {
      posted.push(scheduler.nowMs());
      return posted.length <= left;
    },
    isWatched: () => false,
  });
  const wait = (ms: number): void => {
    let over = false;
    scheduler.after(ms, () => (over = true));
    while (!over) scheduler.advance();
  };
  return { reports, posted, wait };
}

describe('TelemetryReports', () => {
  it('tells of a change at once, and of later ones every 40 ms', () => {
    const { reports, posted, wait } = reporting(10);
    reports.changed();
    reports.changed();
    reports.changed();
    wait(100);
    expect(posted).toEqual([0, 40]);
  });

  it('tells what is left as soon as there is credit, without a wait', () => {
    const { reports, posted, wait } = reporting(2, { left: 4 });
    reports.changed();
    expect(posted).toEqual([0, 0]);
    wait(10);
    reports.credit(1);
    wait(5);
    reports.credit(3);
    expect(posted).toEqual([0, 0, 10, 15, 15]);
    // Nothing is left: what is new waits its time again.
    reports.changed();
    wait(100);
    expect(posted.slice(5)).toEqual([55]);
  });

  it('tells of a printed line in the middle of a callback, whatever the credit, as it may never end', () => {
    const { reports, posted, wait } = reporting(1);
    reports.changed();
    reports.printed();
    expect(posted).toEqual([0, 0]);
    // The reader has one report more than it gave credit for: the next waits until both are taken.
    reports.changed();
    reports.credit(1);
    wait(100);
    expect(posted).toHaveLength(2);
    reports.credit(1);
    expect(posted).toEqual([0, 0, 100]);
  });

  it('waits for credit, and a moment between lines, once there were many', () => {
    const { reports, posted, wait } = reporting(60);
    for (let line = 0; line < 100; line += 1) reports.printed();
    expect(posted).toHaveLength(50);
    wait(4);
    for (let line = 0; line < 100; line += 1) reports.printed();
    expect(posted).toHaveLength(51);
    for (let moment = 0; moment < 100; moment += 1) {
      wait(4);
      reports.printed();
    }
    expect(posted).toHaveLength(60);
  });
});
