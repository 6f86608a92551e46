import type { EntryOf, TraceEntry, TraceValue } from 'sluice';
import type { Comparison, Difference } from './compare-runs.ts';
import { countText, durationText, plural, reasonText, valueText } from './value-label.ts';

/** How alike two runs are, in a few words and in a sentence. */
export function likenessWords({ likeness, first, isReordered, isCut }: Comparison): {
  readonly title: string;
  readonly sentence: string;
} {
  const cut = isCut ? ' One of them was ended before the other: what is compared is what both have.' : '';
  switch (likeness) {
    case 'identical':
      return {
        title: 'No difference',
        sentence: `Every ask, every batch, every callback and every state is the same, and so is their time.${cut}`,
      };
    case 'timing':
      if (first?.kind === 'time') {
        return {
          title: 'Same events, other times',
          sentence: `Every ask, every batch, every callback and every state is the same; only the clock is not.${cut}`,
        };
      }
      return {
        title: 'Same events, other timing or batches',
        sentence: `Every subscription carried the same events in the same order. When they were asked for, sent and handled, or how many at once, is not the same.${cut}`,
      };
    case 'events':
      return {
        title: isReordered ? 'Same events in another order' : 'Other events',
        sentence: isReordered
          ? `Every subscription carried the same events, some of them in another order.${cut}`
          : `Something else was sent, or something else came of it.${cut}`,
      };
  }
}

/** What differs, in a sentence; empty where nothing does. */
export function differenceSentence(difference: Difference | null): string {
  if (!difference) return '';
  const { kind, of, here, there, index, values } = difference;
  switch (kind) {
    case 'plan':
      if (values?.there === undefined) return `Only this run has a stage ${of}.`;
      if (values.here === undefined) return `Only the other run has a stage ${of}.`;
      return `${of} is a ${String(values.here)}; in the other run it is a ${String(values.there)}.`;
    case 'event':
      return eventSentence(difference);
    case 'state':
      if (here?.type !== 'end' || there?.type !== 'end') return '';
      return `After ${here.callback} ${of} has the state ${valueText(here.state)}; in the other run ${valueText(there.state)}.`;
    case 'time':
      return `The same was done at other times, from entry ${countText(index + 1)} on: ${timeText(here)}; in the other run ${timeText(there)}.`;
    case 'subscribe':
    case 'ask':
    case 'batch':
    case 'call':
    case 'other':
      return doneSentence(here && did(here), there && did(there));
  }
}

function eventSentence({ of, index, here, there, values }: Difference): string {
  const name = `vent ${countText(index + 1)} on ${of}`;
  const value = (entry: TraceEntry | null, known: TraceValue | undefined) => {
    if (known !== undefined) return valueText(known);
    return entry?.type === 'dispatch' ? someValues(entry.events) : 'not kept';
  };
  const [one, other] = [value(here, values?.here), value(there, values?.there)];
  if (!here) return `This run has no e${name}; in the other run it is ${other}.`;
  return there
    ? `E${name} is ${one}; in the other run it is ${other}.`
    : `E${name} is ${one}; the other run has none.`;
}

/** What was done, cut where others did the same in another way: "sink asked", "for 10 on sink←source". */
interface Deed {
  readonly who: string;
  readonly how: string;
}

function doneSentence(here: Deed | null, there: Deed | null): string {
  if (!here) return there ? `In the other run ${there.who} ${there.how}; in this one it does not.` : '';
  const one = `${here.who} ${here.how}`;
  if (!there) return `${one}; in the other run it does not.`;
  return here.who === there.who
    ? `${one}; in the other run ${there.how}.`
    : `${one}; in the other run ${there.who} ${there.how}.`;
}

function did(entry: TraceEntry): Deed {
  const { stage } = entry;
  switch (entry.type) {
    case 'subscribe':
      return {
        who: `${stage} subscribed to ${entry.producer}`,
        how: `with maxDemand ${countText(entry.maxDemand)} and minDemand ${countText(entry.minDemand)}`,
      };
    case 'ask':
      return {
        who: `${stage} asked`,
        how: `for ${countText(entry.count)} on ${entry.subscription}, ${countText(entry.pending)} pending then`,
      };
    case 'dispatch':
      return {
        who: `${stage} sent`,
        how: `${plural(entry.count, 'event')} at once on ${entry.subscription}`,
      };
    case 'begin':
      return { who: `${stage} began`, how: `${entry.callback}${givenText(entry)}` };
    case 'end':
      return {
        who: `${stage} returned`,
        how: `${plural(entry.count, 'event')} from ${entry.callback}${valuesText(entry)}`,
      };
    case 'crash':
      return { who: `${stage} crashed`, how: `with “${entry.error.message}”` };
    case 'exit':
      return { who: `${stage} ended`, how: `with ${reasonText(entry.reason)}` };
    case 'cancel':
      return { who: `${stage} saw ${entry.subscription} end`, how: `with ${reasonText(entry.reason)}` };
    case 'discard':
      return { who: `${stage} dropped`, how: `${plural(entry.count, 'event')} from its full buffer` };
    case 'drop':
      return { who: `${stage} left out`, how: plural(entry.count, 'event') };
    case 'lost':
      return { who: `${stage} lost`, how: plural(entry.count, 'event') };
    case 'late':
      return { who: `${stage} dropped`, how: `${plural(entry.count, 'event')} that came too late` };
    case 'restart':
      return { who: `${stage} started`, how: `${entry.child} again` };
    default:
      return { who: stage, how: `recorded “${entry.type}”` };
  }
}

function givenText({ demand, count }: EntryOf<'begin'>): string {
  if (demand !== undefined) return ` for a demand of ${countText(demand)}`;
  return count === undefined ? '' : ` with ${plural(count, 'event')}`;
}

function valuesText({ emitted }: EntryOf<'end'>): string {
  return emitted.length === 0 ? '' : ` (${someValues(emitted)})`;
}

const VALUES_SHOWN = 4;

function someValues(values: readonly TraceValue[]): string {
  const shown = values.slice(0, VALUES_SHOWN).map((value) => valueText(value, 24));
  return values.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}

function timeText(entry: TraceEntry | null): string {
  return entry === null ? '' : `“${entry.type}” of ${entry.stage} at ${durationText(entry.atMs)}`;
}
