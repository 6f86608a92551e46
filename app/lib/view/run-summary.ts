import type { PipelineState, PlanView, TraceEntry } from 'sluice';
import { countText, durationText, plural } from './value-label.ts';

/** What happened up to a moment, in a few sentences. */
export function runSummary(
  plan: PlanView,
  entries: readonly TraceEntry[],
  { at, state }: { readonly at: number; readonly state: PipelineState },
): string[] {
  if (at === 0) return ['Nothing has happened yet.'];
  const past = entries.slice(0, at);
  const workers = new Set(past.map((entry) => entry.worker)).size;
  const shape = `${plural(plan.stages.length, 'stage')} on ${plural(workers, 'worker')}, ${plural(at, 'entry', 'entries')} in ${durationText(state.atMs)}.`;
  return [
    shape,
    ...plan.subscriptions.map((link) => subscriptionSentence(link, past, state)),
    ...troubles(past),
  ];
}

function subscriptionSentence(
  link: PlanView['subscriptions'][number],
  past: readonly TraceEntry[],
  state: PipelineState,
): string {
  let asks = 0;
  let most = 0;
  for (const entry of past) {
    if (entry.type !== 'ask' || entry.subscription !== link.id) continue;
    asks += 1;
    most = Math.max(most, entry.pending);
  }
  const own = state.subscriptions[link.id];
  if (!own || asks === 0) return `${link.consumer} has asked ${link.producer} for nothing yet.`;
  return `${link.consumer} asked ${link.producer} ${asks === 1 ? 'once' : `${countText(asks)} times`} for ${plural(own.asked, 'event')} in all, with at most ${countText(most)} pending; ${link.producer} sent ${countText(own.dispatched)} of them and ${countText(own.handled)} are handled.`;
}

function troubles(past: readonly TraceEntry[]): string[] {
  const discarded = new Map<string, number>();
  const warnings = new Map<string, number>();
  const ends: string[] = [];
  for (const entry of past) {
    if (entry.type === 'discard') discarded.set(entry.stage, (discarded.get(entry.stage) ?? 0) + entry.count);
    if (entry.type === 'warning') warnings.set(entry.stage, (warnings.get(entry.stage) ?? 0) + 1);
    if (entry.type === 'crash')
      ends.push(`${entry.stage} crashed at ${durationText(entry.atMs)}: ${entry.error.message}`);
    if (entry.type === 'exit') ends.push(`${entry.stage} ended at ${durationText(entry.atMs)}.`);
  }
  return [
    ...Array.from(discarded, ([stage, count]) => `${stage} dropped ${plural(count, 'event')}.`),
    ...Array.from(
      warnings,
      ([stage, count]) => `${stage} was warned ${count === 1 ? 'once' : `${countText(count)} times`}.`,
    ),
    ...ends,
  ];
}
