import { describe, expect, it } from 'vitest';
import { Replay } from 'sluice';
import { BufferContents } from '$lib/view/buffer-contents.ts';
import { eventSentence } from '$lib/view/event-sentence.ts';
import { MOST_LISTED, stageDetails, stateText } from '$lib/view/stage-details.ts';
import { firstRun } from './first-run.ts';

const run = await firstRun({ entryBudget: 500 });
const replay = new Replay(run.plan, run.entries);
const evens = run.plan.stages.find(({ id }) => id === 'evens');
if (!evens) throw new Error('there is a stage "evens"');
const contents = new BufferContents(evens);
contents.update(run.entries);

const detailsAt = (at: number, stage = 'evens') =>
  stageDetails(stage, {
    plan: run.plan,
    state: replay.at(at),
    entries: run.entries,
    at,
    stored: stage === 'evens' ? contents.at(at, MOST_LISTED) : [],
  });

describe('stageDetails()', () => {
  it('lists as many waiting events as the replay counts, at every entry', () => {
    for (let at = 1; at <= run.entries.length; at += 1) {
      const state = replay.at(at);
      const own = state.stages['evens'];
      const groups = new Map(detailsAt(at)?.groups.map((group) => [group.title.split(':')[0], group]));
      expect(groups.get('In hand')?.count ?? 0).toBe(own?.inHand.length);
      expect(groups.get('In its buffer')?.count ?? 0).toBe(own?.buffered);
      const mail = state.subscriptions['evens←numbers']?.eventsInFlight ?? [];
      expect(groups.get('From numbers')?.count ?? 0).toBe(mail.reduce((sum, { count }) => sum + count, 0));
    }
  });

  it('names events in hand and in the mailbox as they were sent', () => {
    let named = 0;
    for (let at = 1; at <= run.entries.length; at += 1) {
      for (const { items } of detailsAt(at)?.groups ?? []) {
        for (const { event, text } of items) {
          if (!event) continue;
          const sent = run.entries.find(
            (entry) =>
              entry.type === 'dispatch' &&
              entry.subscription === event.subscription &&
              entry.first <= event.index &&
              event.index < entry.first + entry.count,
          );
          const value = sent?.type === 'dispatch' ? sent.events[event.index - sent.first] : undefined;
          expect(text).toBe(String(value));
          named += 1;
        }
      }
    }
    expect(named).toBeGreaterThan(500);
  });

  it('says how full a buffer with a limit is', () => {
    expect(detailsAt(200, 'numbers')?.groups[0]).toMatchObject({ countText: '0 of 10,000', fill: 0 });
  });

  it('knows nothing of a stage that there is not', () => {
    expect(detailsAt(10, 'nobody')).toBeNull();
  });
});

describe('stateText()', () => {
  it('stands on one line where it fits, and is laid out where it does not', () => {
    expect(stateText({ seen: 3 })).toBe('{ seen: 3 }');
    expect(stateText({ first: 'a text that takes some room', second: [1, 2, 3] })).toBe(
      '{\n  first: "a text that takes some room",\n  second: [1, 2, 3],\n}',
    );
  });
});

describe('eventSentence()', () => {
  it('tells which event it is, and whether it is on its way', () => {
    const sent = run.entries.find(({ type }) => type === 'dispatch');
    if (sent?.type !== 'dispatch') throw new Error('something was sent');
    const event = { subscription: sent.subscription, index: sent.first + 1 };
    const n = run.entries.indexOf(sent) + 1;
    const at = (position: number) => eventSentence(run.entries, position, event, replay.at(position));
    expect(at(n - 1)).toBe('An event: number 2 that numbers sent to evens; not sent yet at this moment');
    expect(at(n)).toBe('Event 1: number 2 that numbers sent to evens; it is on its way or in the mailbox');
    expect(at(run.entries.length)).toMatch(/it has been taken from the mailbox$/);
  });
});
