import { stageStream } from './stage-stream.ts';
import type { StageStream, StreamOptions, StreamSubscription } from './stream-protocol.ts';
import { openWireFor } from './stream-scope.ts';

/** What GenStage offers to the code of a stage besides being one. */
export const GenStage = Object.freeze({
  /**
   * Other stages as an async iterable, read by the callback that runs: it subscribes when the reading begins, asks as it
   * reads on, and cancels when it leaves. The stage is busy until its callback returns. From outside of a run use
   * `run.stream(…)`, which reads in the same way.
   *
   * A `permanent` subscription, the default, fails the reading whenever its producer ends; `transient` ends it after an
   * orderly end; `temporary` always ends it.
   *
   * @param subscriptions - Which stages, each with the options of its subscription.
   * @throws {EngineError} `outside_callback`, `stream_subscriptions`, `subscribe_target`, `option_out_of_range`,
   *   `demand_mode`. Reading rejects with `stream_ended`.
   * @example
   * handleCall: async () => {
   *   const words: string[] = [];
   *   for await (const word of GenStage.stream<string>([{ to: 'words', maxDemand: 10, cancel: 'transient' }])) {
   *     words.push(word);
   *     if (words.length === 100) break;
   *   }
   *   return { reply: words };
   * }
   */
  stream<Event>(
    subscriptions: readonly StreamSubscription<Event>[],
    options: StreamOptions = {},
  ): StageStream<Event> {
    return stageStream(subscriptions, options, openWireFor('read a stream'));
  },
});
