import { emptyState } from 'sluice';
import type { EntryOf, PipelineState, PlanView, Seq, StageId, SubscriptionId, TraceEntry } from 'sluice';
import { ticks } from 'd3-array';
import { faultSentence, kindWord, lostWords } from './entry-sentence.ts';
import { dispatcherText } from './stage-facts.ts';
import type { Steps } from './steps.ts';
import { countText, durationText, listed, percentText, plural, reasonText } from './value-label.ts';
import { windowSentence } from './window-words.ts';

/** One thing that happened, in a sentence. */
export interface StoryLine {
  readonly words: string;
  /** The entry that it speaks of; `null` where it speaks of many. */
  readonly seq: Seq | null;
}

/** What happened in one part of a run. */
export interface StoryPart {
  /** "0–250 ms". */
  readonly when: string;
  readonly lines: readonly StoryLine[];
}

/** A run as text. */
export interface RunStory {
  /** Who is there, and who takes events from whom on which terms. */
  readonly shape: readonly string[];
  /** In the order of time. */
  readonly parts: readonly StoryPart[];
}

/** About as many parts as a run is told in. */
const PARTS = 5;
/** A run shorter than this is told as one, ms. */
const LEAST_TO_CUT_MS = 10;
/** Stages and subscriptions that are told one by one. */
const TOLD = 24;
/** From this share of a part on a stage counts as busy enough to be named. */
const BUSY_FROM = 0.5;
/** A silence between two asks is told from this share of the run on. */
const SILENCE_FROM = 0.2;

/** Entries that are told before it says how far it is. */
const STEP_ENTRIES = 2_048;

/** Tells a run, or its beginning: what its pipeline is made of, and what went on in it part by part. */
export function* runStory(plan: PlanView, entries: readonly TraceEntry[]): Steps<RunStory> {
  return { shape: shapeOf(plan), parts: yield* partsOf(plan, entries) };
}

function shapeOf(plan: PlanView): string[] {
  const stages = plan.stages.slice(0, TOLD).map((stage) => {
    const dispatcher = dispatcherText(stage, plan);
    return `${stage.id} is a ${kindWord(stage.kind)}${dispatcher === null ? '' : `; its dispatcher: ${dispatcher}`}.`;
  });
  const links = plan.subscriptions.slice(0, TOLD).map((link) => {
    const part = link.partition === undefined ? '' : `, partition ${link.partition}`;
    return `${link.consumer} takes events from ${link.producer}${part}: at most ${countText(link.maxDemand)} pending, asking again at ${countText(link.minDemand)}.`;
  });
  const supervisors = (plan.supervisors ?? []).flatMap(({ id, children }) => {
    const mended = children.filter(({ restart }) => restart !== 'temporary');
    if (mended.length === 0) return [];
    const they = mended.length === 1 ? 'it fails' : 'they fail';
    return [`${id} starts ${listed(mended.map((child) => child.id))} again when ${they}.`];
  });
  return [
    ...stages,
    ...rest(plan.stages.length - stages.length, 'more stage'),
    ...links,
    ...rest(plan.subscriptions.length - links.length, 'more subscription'),
    ...supervisors,
  ];
}

/** What is counted of one part. */
interface Part {
  readonly fromMs: number;
  readonly toMs: number;
  entries: number;
  readonly handled: Map<StageId, number>;
  readonly busyMs: Map<StageId, number>;
  readonly fullest: Map<StageId, { readonly size: number; readonly seq: Seq }>;
  /** What is told of single entries; of equal ones the first, and how many there were. */
  readonly told: Map<
    string,
    { readonly words: string; readonly seq: Seq; readonly atMs: number; count: number }
  >;
}

function* partsOf(plan: PlanView, entries: readonly TraceEntry[]): Steps<StoryPart[]> {
  let endMs = 0;
  for (const { atMs } of entries) endMs = Math.max(endMs, atMs);
  const cuts = [
    0,
    ...(endMs < LEAST_TO_CUT_MS ? [] : ticks(0, endMs, PARTS).filter((ms) => ms > 0 && ms < endMs)),
    endMs,
  ];
  const parts = cuts.slice(0, -1).map((fromMs, i): Part => {
    const toMs = cuts[i + 1] ?? endMs;
    return {
      fromMs,
      toMs,
      entries: 0,
      handled: new Map(),
      busyMs: new Map(),
      fullest: new Map(),
      told: new Map(),
    };
  });
  const teller = new Teller(parts, endMs, emptyState(plan));
  for (const [i, entry] of entries.entries()) {
    teller.add(entry);
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield i / entries.length;
  }
  teller.close();
  const feeding = new Set(plan.subscriptions.map(({ producer }) => producer));
  const sinks = plan.stages.filter(({ id, kind }) => kind !== 'producer' && !feeding.has(id));
  return parts.map((part) => ({
    when: `${durationText(part.fromMs)} – ${durationText(part.toMs)}`,
    lines: linesOf(
      part,
      sinks.map(({ id }) => id),
    ),
  }));
}

/** Goes over the entries of a run once. */
class Teller {
  readonly #parts: readonly Part[];
  readonly #endMs: number;
  /** Who is at the other end of a link. */
  readonly #links: PipelineState;
  #at = 0;
  readonly #working = new Map<StageId, { readonly sinceMs: number; readonly events: number }>();
  readonly #lastAsk = new Map<SubscriptionId, EntryOf<'ask'>>();
  readonly #producers = new Map<SubscriptionId, StageId>();
  readonly #seen = new Set<string>();

  constructor(parts: readonly Part[], endMs: number, links: PipelineState) {
    this.#parts = parts;
    this.#endMs = endMs;
    this.#links = links;
  }

  add(entry: TraceEntry): void {
    const { stage, seq, atMs } = entry;
    while (atMs >= (this.#parts[this.#at]?.toMs ?? Infinity) && this.#at < this.#parts.length - 1)
      this.#at += 1;
    const now = this.#parts[this.#at];
    if (now) now.entries += 1;
    switch (entry.type) {
      case 'subscribe':
        this.#producers.set(entry.subscription, entry.producer);
        return;
      case 'ask': {
        const producer = this.#producers.get(entry.subscription) ?? 'its producer';
        this.#once(
          'ask',
          entry,
          `${stage} asked ${producer} for ${countText(entry.count)}: the first ask of the run`,
        );
        this.#silence(entry, producer);
        this.#lastAsk.set(entry.subscription, entry);
        return;
      }
      case 'dispatch':
        return this.#once('dispatch', entry, `${stage} sent the first ${plural(entry.count, 'event')}`);
      case 'begin':
        this.#working.set(stage, {
          sinceMs: atMs,
          events: entry.callback === 'handleEvents' ? (entry.count ?? 0) : 0,
        });
        return;
      case 'end':
        return this.#ends(stage, atMs, true);
      case 'buffer': {
        const part = this.#parts[this.#at];
        if (part && entry.size > (part.fullest.get(stage)?.size ?? 0))
          part.fullest.set(stage, { size: entry.size, seq });
        return;
      }
      case 'discard':
        return this.#tell(entry, `${stage} dropped events, as its buffer was full`);
      case 'late':
        return this.#tell(entry, `${stage} dropped events that came too late for their windows`);
      case 'lost':
        return this.#tell(entry, `${stage} lost events ${lostWords(entry.where)}`);
      case 'window':
        if (entry.phase !== 'fire') return;
        return this.#tell(entry, `${stage}: ${windowSentence(entry)}`, `window ${stage}`);
      case 'fault':
        return this.#tell(entry, sentencePart(faultSentence(entry, this.#links)));
      case 'warning':
        return this.#tell(entry, `${stage} was warned: ${sentencePart(entry.message)}`);
      case 'restart':
        return this.#tell(
          entry,
          `${stage} started ${entry.child} again, after ${reasonText(entry.reason)}`,
          `restart ${entry.child}`,
        );
      case 'crash':
        this.#ends(stage, atMs, false);
        return this.#tell(
          entry,
          `${stage} crashed${entry.callback ? ` in ${entry.callback}` : ''}: ${sentencePart(entry.error.message)}`,
          `crash ${stage}`,
        );
      case 'exit':
        this.#ends(stage, atMs, false);
        return this.#tell(entry, `${stage} ended (${reasonText(entry.reason)})`, `exit ${stage}`);
      default:
    }
  }

  /** What goes on at the end of the run was busy until then. */
  close(): void {
    for (const stage of [...this.#working.keys()]) this.#ends(stage, this.#endMs, false);
  }

  #ends(stage: StageId, atMs: number, whole: boolean): void {
    const work = this.#working.get(stage);
    if (!work) return;
    this.#working.delete(stage);
    const part = this.#parts[this.#at];
    if (whole && part) part.handled.set(stage, (part.handled.get(stage) ?? 0) + work.events);
    for (let i = this.#at; i >= 0; i -= 1) {
      const { fromMs, toMs, busyMs } = this.#parts[i] ?? EMPTY;
      busyMs.set(
        stage,
        (busyMs.get(stage) ?? 0) + Math.max(0, Math.min(atMs, toMs) - Math.max(work.sinceMs, fromMs)),
      );
      if (work.sinceMs >= fromMs) break;
    }
  }

  #silence(ask: EntryOf<'ask'>, producer: StageId): void {
    const before = this.#lastAsk.get(ask.subscription);
    if (!before || ask.atMs - before.atMs < SILENCE_FROM * this.#endMs) return;
    this.#tell(
      ask,
      `${ask.stage} asked ${producer} again, for the first time since ${durationText(before.atMs)}: it had enough to do`,
    );
  }

  #once(key: string, entry: TraceEntry, words: string): void {
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#tell(entry, words);
  }

  #tell({ seq, atMs }: TraceEntry, words: string, key = words): void {
    const told = this.#parts[this.#at]?.told;
    const known = told?.get(key);
    if (known) known.count += 1;
    else told?.set(key, { words, seq, atMs, count: 1 });
  }
}

const EMPTY = { fromMs: 0, toMs: 0, busyMs: new Map<StageId, number>() };

function linesOf(part: Part, sinks: readonly StageId[]): StoryLine[] {
  const spanMs = part.toMs - part.fromMs;
  const busy = [...part.busyMs]
    .map(([stage, ms]) => ({ stage, share: spanMs > 0 ? ms / spanMs : 0 }))
    .filter(({ share }) => share >= BUSY_FROM)
    .sort((a, b) => b.share - a.share);
  const single = [...part.told.values()].map(({ words, seq, atMs, count }) => ({
    words: `${durationText(atMs)}: ${words}${count > 1 ? `; ${plural(count - 1, 'more time')} like this` : ''}.`,
    seq,
  }));
  const handled = sinks.slice(0, TOLD).flatMap((stage) => {
    const count = part.handled.get(stage) ?? 0;
    return count === 0
      ? []
      : [{ words: `${stage} handled ${plural(count, 'event')}${rateText(count, spanMs)}.`, seq: null }];
  });
  const lines: StoryLine[] = [
    ...single,
    ...handled,
    ...(busy.length === 0
      ? []
      : [
          {
            words: `Busy: ${listed(busy.slice(0, 3).map(({ stage, share }) => `${stage} ${percentText(Math.min(1, share))} of the time`))}.`,
            seq: null,
          },
        ]),
    ...[...part.fullest].map(([stage, { size, seq }]) => ({
      words: `At most ${plural(size, 'event')} waited in the buffer of ${stage}.`,
      seq,
    })),
  ];
  return lines.length > 0
    ? lines
    : [
        {
          words:
            part.entries === 0 ? 'Nothing happened.' : 'No event was handled at the end of the pipeline.',
          seq: null,
        },
      ];
}

/** Below this a rate per second would be a guess, ms. */
const LEAST_SPAN_MS = 20;

function rateText(count: number, spanMs: number): string {
  if (spanMs < LEAST_SPAN_MS) return '';
  return `, ${countText(Math.round((count / spanMs) * 1_000))} a second`;
}

/** What ends with a full stop goes on here. */
const sentencePart = (words: string) => words.replace(/\.$/, '');

function rest(count: number, word: string): string[] {
  return count > 0 ? [`And ${plural(count, word)}.`] : [];
}
