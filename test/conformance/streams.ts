import { EngineError, type StageStream, type StreamOptions, type StreamSubscription } from 'sluice';
import { jsonOf, optionsOf } from './behaviours.ts';
import { list, record } from './functions.ts';
import type { Json, Scenario } from './recording.ts';

/** What a step reads, and how many events of it at most. */
export function streamOf({ subs, opts, take }: Scenario['steps'][number]): {
  readonly subscriptions: readonly StreamSubscription<Json>[];
  readonly options: StreamOptions;
  readonly take: number;
} {
  const subscriptions = list(subs).map((one) => {
    const { to, ...options } = record(one);
    return { ...optionsOf(options), to: String(to) };
  });
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

/** Reads to the end, or so many events; in the words of the recordings, with the messages that were left behind. */
export async function collect(stream: StageStream<Json>, take: number): Promise<Json> {
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
    return ['exit', told, told === 'noproc' ? 'init_stream' : 'close_stream'];
  }
}
