import { EngineError, type StageStream, type StreamOptions, type StreamSubscription } from 'sluice';
import { jsonOf, optionsOf } from './behaviours.ts';
import { isList, list, record, same } from './functions.ts';
import type { Json, Scenario } from './recording.ts';
import { plain } from './values.ts';

/** What a step reads, and how many events of it at most. */
export function streamOf({ subs, opts, take }: Scenario['steps'][number]): {
  readonly subscriptions: readonly StreamSubscription<Json>[];
  readonly options: StreamOptions;
  readonly take: number;
} {
  // What is no list is there to be refused.
  const subscriptions = subs !== undefined && isList(subs) ? subs.map(subscriptionOf) : (subs as never);
  const { demand, producers } = record(opts ?? {});
  return {
    subscriptions,
    options: {
      ...(demand === undefined ? {} : { demand: demand === 'accumulate' ? demand : 'forward' }),
      ...(producers === undefined ? {} : { producers: list(producers).map(String) }),
    },
    take: take === undefined ? Infinity : Number(take),
  };
}

function subscriptionOf(one: Json): StreamSubscription<Json> {
  if (typeof one === 'string') return { to: one };
  const { to, plain: isPlain, ...options } = record(one);
  return isPlain === true ? { to: String(to) } : { ...optionsOf(options), to: String(to) };
}

/** Whether a stage that must be there never was: GenStage tells its missing name from a stage that is dead (GS-215). */
export function beginsWithUnknown(
  subscriptions: readonly StreamSubscription<Json>[],
  knows: (stage: string) => boolean,
): boolean {
  return subscriptions.some(
    ({ to, cancel }) => cancel !== 'temporary' && typeof to === 'string' && !knows(to),
  );
}

/**
 * Reads to the end, or so many events; in the words of the recordings, with the messages that were left behind.
 *
 * @param reading.isMissing - Of {@link beginsWithUnknown}.
 */
export async function collect(
  stream: StageStream<Json>,
  { take, isMissing }: { readonly take: number; readonly isMissing: boolean },
): Promise<Json> {
  const events: Json[] = [];
  try {
    if (take > 0) {
      for await (const event of stream) {
        events.push(event);
        if (events.length === take) break;
      }
    }
    return ['ok', events, 0];
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'stream_ended') throw error;
    const details: unknown = error.details;
    const { reason } = record(jsonOf(details));
    const told: Json = JSON.parse(String(reason));
    return ['exit', told, isMissing ? 'init_stream' : 'close_stream'];
  }
}

/**
 * Results of steps, with what may be told in several ways told in one. A stage that was stopped has answered, whether that
 * counts as a reply or not (GS-189). And what was refused to be read is just that: GenStage refuses when the stream is built, which is in
 * the process that reads; and texts of refusals are each library's own (GS-210).
 */
export function comparable(steps: Scenario['steps'], results: readonly Json[]): readonly Json[] {
  const told = [...results];
  for (const [at, { op, as }] of steps.entries()) {
    if (op === 'stop' && same(told[at], ['reply', 'ok'])) told[at] = 'ok';
    if (op !== 'stream') continue;
    const awaited = steps.findIndex((step) => step.op === 'await' && step['as'] === as);
    const isRefused = told[at] !== null || (awaited >= 0 && !isReading(told[awaited]));
    if (!isRefused) continue;
    for (const step of [at, awaited]) if (step >= 0 && step < told.length) told[step] = 'refused';
  }
  return told;
}

/** How reading came out once it had begun: events, or an exit with a reason. */
function isReading(result: Json | undefined): boolean {
  if (result === undefined || !isList(result)) return false;
  const [how, reason = null] = result;
  return how === 'ok' || (how === 'exit' && plain(reason) !== '<crash>');
}
