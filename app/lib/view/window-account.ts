import type { StageId, SubscriptionId, TraceValue } from 'sluice';
import { bisector } from 'd3-array';
import { countText, plural, valueText } from './value-label.ts';
import type { Firing, StageWindows, WindowBand, WindowUpstream } from './window-log.ts';
import { bandState, countAt, nameAt, type BandState, type PlaneEvent } from './window-plane.ts';
import { TimeWords, bandLabel, boundsOf, spanText } from './window-time.ts';

const byN = bisector((item: { readonly n: number }) => item.n);
const VALUE_CHARACTERS = 48;

/** What the windows of a stage have come to at a moment. */
export interface WindowTotals {
  readonly events: number;
  readonly windows: number;
  readonly open: number;
  /** Firings, and the events that they emitted. */
  readonly fired: number;
  readonly emitted: number;
  /** Events that came too late; one that several windows missed counts for each. */
  readonly late: number;
  /** The watermark, ms of event time; `null` while nothing is known, or where windows know no event time. */
  readonly watermarkMs: number | null;
}

export function windowTotals(own: StageWindows, at = Infinity): WindowTotals {
  const bands = own.bands.filter(({ openedN }) => openedN <= at);
  let fired = 0;
  let emitted = 0;
  for (const { firings } of bands) {
    for (const firing of firings) {
      if (firing.n > at) break;
      fired += 1;
      emitted += firing.emitted;
    }
  }
  const batch = own.batches[byN.right(own.batches, at) - 1];
  return {
    events: batch ? batch.before + batch.assign.count : 0,
    windows: bands.length,
    open: bands.filter((band) => bandState(band, at) !== 'closed').length,
    fired,
    emitted,
    late: own.late[byN.right(own.late, at) - 1]?.total ?? 0,
    watermarkMs: watermarkAt(own, at),
  };
}

/** The watermark at a moment, ms of event time. */
export function watermarkAt({ watermarks }: StageWindows, at: number): number | null {
  return watermarks[byN.right(watermarks, at) - 1]?.eventMs ?? null;
}

/** "3 windows, 2 open; fired 4 times, 4 events emitted; 1 late". */
export function totalsText({ windows, open, fired, emitted, late }: WindowTotals): string {
  const times = fired === 1 ? 'fired once' : `fired ${countText(fired)} times`;
  return `${plural(windows, 'window')}, ${countText(open)} open; ${fired === 0 ? 'none has fired yet' : `${times}, ${plural(emitted, 'event')} emitted`}; ${late === 0 ? 'nothing late' : `${countText(late)} late`}.`;
}

/** How much one upstream lets the watermark rise. */
export interface UpstreamShare {
  readonly subscription: SubscriptionId;
  readonly producer: StageId;
  /** The latest event time it has sent, ms; `null` before its first event. */
  readonly latestMs: number | null;
  /** `holds`: the watermark can be no later than what this one has sent. */
  readonly standing: 'holds' | 'ahead' | 'nothing yet' | 'idle' | 'ended';
  /** When it last sent anything, entries applied; `null` before. */
  readonly lastN: number | null;
  readonly sentence: string;
}

/** What each upstream contributes to the watermark, which is the least of them: a silent one freezes it. */
export function upstreamShares(own: StageWindows, at: number, times: TimeWords): readonly UpstreamShare[] {
  const idle = new Set(own.watermarks[byN.right(own.watermarks, at) - 1]?.idle);
  const present = latestLives(own.upstreams.filter(({ joinedN }) => joinedN <= at));
  const counted = present.filter(
    ({ subscription, ends }) => !(ends[0] !== undefined && ends[0] <= at) && !idle.has(subscription),
  );
  const least = Math.min(...counted.map((upstream) => sentAt(upstream, at)?.latestMs ?? -Infinity));
  return present.map((upstream) => {
    const { subscription, producer, ends } = upstream;
    const sent = sentAt(upstream, at);
    const latestMs = sent?.latestMs ?? null;
    const standing =
      ends[0] !== undefined && ends[0] <= at
        ? 'ended'
        : idle.has(subscription)
          ? 'idle'
          : latestMs === null
            ? 'nothing yet'
            : latestMs === least
              ? 'holds'
              : 'ahead';
    const alone = counted.length === 1;
    return {
      subscription,
      producer,
      latestMs,
      standing,
      lastN: sent?.n ?? null,
      sentence: shareSentence(producer, {
        standing,
        alone,
        latest: latestMs === null ? '' : times.of(latestMs),
      }),
    };
  });
}

function shareSentence(
  producer: StageId,
  {
    standing,
    alone,
    latest,
  }: { readonly standing: UpstreamShare['standing']; readonly alone: boolean; readonly latest: string },
): string {
  switch (standing) {
    case 'ended':
      return `${producer} has ended: it holds nothing back any more, from the next event on.`;
    case 'idle':
      return `${producer} has been silent for too long and is left out, until it sends again.`;
    case 'nothing yet':
      return `${producer} has sent nothing yet: until it does, no window can be over.`;
    case 'holds':
      return alone
        ? `${producer} has come to ${latest}, and the watermark with it.`
        : `${producer} has come to ${latest}, the least of all: while it is silent the watermark stands still.`;
    case 'ahead':
      return `${producer} has come to ${latest}, and waits for the others.`;
  }
}

function sentAt({ latest }: WindowUpstream, at: number) {
  return latest[byN.right(latest, at) - 1];
}

/** Of each producer the latest subscription: those of its earlier lives are over. */
function latestLives(upstreams: readonly WindowUpstream[]): readonly WindowUpstream[] {
  return [
    ...new Map(upstreams.map((upstream) => [`${upstream.producer} ${sideOf(upstream)}`, upstream])).values(),
  ];
}

/** What the later lives of a stage add to the name of a subscription. */
const sideOf = ({ subscription }: WindowUpstream) => subscription.replace(/@\d+$/, '');

/** An event in a few words: `["elixir", 0]`, else its event time. */
export function eventText({ value, timeMs, arrival }: PlaneEvent, times: TimeWords): string {
  if (value !== undefined) return valueText(value, VALUE_CHARACTERS);
  return timeMs === null ? `event ${countText(arrival + 1)}` : `the event of ${times.of(timeMs)}`;
}

/** Why an event was late: "its window 10:00–11:00 was over: the watermark stood at 11:02". */
export function lateSentence(own: StageWindows, event: PlaneEvent, times: TimeWords): string {
  const { batch, timeMs } = event;
  const type = own.windowing?.type ?? 'fixed';
  const lengthMs = own.windowing?.length ?? 0;
  const [first] = event.missed;
  if (first === undefined || timeMs === null) return '';
  const bounds = boundsOf(type, first, lengthMs);
  const name =
    event.missed.length === 1
      ? `its window ${bandLabel(type, first, lengthMs, times)} was over`
      : `${countText(event.missed.length)} of its windows were over, the first ${bandLabel(type, first, lengthMs, times)}`;
  const watermarkMs = watermarkAt(own, batch.n - 1);
  if (watermarkMs !== null && (bounds === null || watermarkMs >= bounds.end)) {
    return `${name}: the watermark stood at ${times.of(watermarkMs)}`;
  }
  const sent = latestBefore(own, event);
  return `${name}: ${producerOf(own, batch.assign.subscription)} had sent ${sent === null ? 'a later event' : times.of(sent)} before it`;
}

function producerOf({ upstreams }: StageWindows, subscription: SubscriptionId): string {
  return upstreams.find((upstream) => upstream.subscription === subscription)?.producer ?? 'its upstream';
}

/** The latest event time that its own upstream had sent before an event, ms. */
function latestBefore({ upstreams }: StageWindows, { batch, arrival }: PlaneEvent): number | null {
  const { assign, before } = batch;
  const upstream = upstreams.findLast(({ subscription }) => subscription === assign.subscription);
  const known = upstream && sentAt(upstream, batch.n - 1);
  const inBatch = Math.max(-Infinity, ...(assign.times?.slice(0, arrival - before) ?? []));
  const latest = Math.max(known?.latestMs ?? -Infinity, inBatch);
  return latest === -Infinity ? null : latest;
}

/** Why a window fired: "as 10 more events had come", "as its time was over". */
export function firingReason(trigger: TraceValue): string {
  if (trigger === 'done') return 'it was over';
  if (trigger === 'watermark') return 'the watermark passed its end; late events may still come';
  if (Array.isArray(trigger)) {
    const [kind, count, unit]: readonly TraceValue[] = trigger;
    if (kind === 'every') return `every ${valueText(count ?? null)} events`;
    if (kind === 'periodically')
      return `every ${valueText(count ?? null)} ${valueText(unit ?? null).replaceAll('"', '')}s by the clock`;
  }
  return `its trigger ${valueText(trigger, VALUE_CHARACTERS)}`;
}

/** What became of the state: kept and told again next time, or begun anew. */
export function stateText({ state, trigger }: Firing): string {
  if (trigger === 'done') return 'the last one';
  if (state === 'kept') return 'kept its state';
  return state === 'replaced' ? 'reset its state' : '';
}

export interface WindowRow {
  readonly key: string;
  readonly label: string;
  readonly state: BandState;
  readonly stateText: string;
  readonly count: number;
  readonly firings: readonly Firing[];
}

/** Of a window that was over without being done: its stage ended, or an earlier session took it in. */
const UNFIRED = { session: 'ended, or joined to an earlier one', other: 'ended with its stage' } as const;

const STATE_TEXT: Readonly<Record<BandState, string>> = {
  ahead: 'not begun',
  open: 'open',
  waiting: 'over, takes late events',
  closed: 'closed',
};

/** The latest windows that have begun by a moment, the earliest of them first. */
export function windowRows(
  own: StageWindows,
  at: number,
  times: TimeWords,
  most: number,
): readonly WindowRow[] {
  const lengthMs = own.windowing?.length ?? 0;
  return own.bands
    .filter(({ openedN }) => openedN <= at)
    .slice(-most)
    .map((band: WindowBand) => {
      const state = bandState(band, at);
      return {
        key: band.key,
        label: bandLabel(band.type, nameAt(band, at), lengthMs, times),
        state,
        stateText:
          state === 'closed' && !band.firings.some(({ trigger }) => trigger === 'done')
            ? UNFIRED[band.type === 'session' ? 'session' : 'other']
            : STATE_TEXT[state],
        count: countAt(band, at),
        firings: band.firings.filter(({ n }) => n <= at),
      };
    });
}

/** What a stage's windows are, in a sentence; and why there is no event time, where there is none. */
export function windowingSentence({ windowing }: Pick<StageWindows, 'windowing'>): string {
  if (!windowing) {
    return 'One window for everything that comes. It fires once, at the end: without event time nothing can be late.';
  }
  const { type, length, step, allowedLatenessMs, outOfOrdernessMs, idleAfterMs } = windowing;
  const parts = [TYPE_SENTENCE[type](length, step)];
  if (windowing.every !== null) parts.push(`It fires after every ${plural(windowing.every, 'event')} in it.`);
  if (windowing.ownTrigger) parts.push('It fires as a function of the program says.');
  for (const ms of windowing.periodicallyMs) parts.push(`It fires every ${spanText(ms)} by the clock.`);
  if (outOfOrdernessMs !== null)
    parts.push(`The watermark runs ${spanText(outOfOrdernessMs)} behind the latest event.`);
  if (allowedLatenessMs > 0)
    parts.push(
      `A window that is over takes late events for ${spanText(allowedLatenessMs)} more by the clock.`,
    );
  if (idleAfterMs !== null)
    parts.push(`An upstream that is silent for ${spanText(idleAfterMs)} no longer holds the watermark back.`);
  return parts.join(' ');
}

const TYPE_SENTENCE: Readonly<Record<WindowBand['type'], (length: number, step: number) => string>> = {
  fixed: (length) => `Fixed windows of ${spanText(length)} of event time.`,
  sliding: (length, step) =>
    `Sliding windows of ${spanText(length)} of event time, one every ${spanText(step)}.`,
  session: (length) => `Sessions of event time: a gap of more than ${spanText(length)} ends one.`,
  count: (length) =>
    `Count windows of ${plural(length, 'event')}, in the order they come: they know no event time, so nothing can be late.`,
  periodic: (length) =>
    `Periodic windows: one every ${spanText(length)} by the clock. They know no event time, so nothing can be late.`,
  global: () => 'One window for everything that comes: it knows no event time, so nothing can be late.',
};
