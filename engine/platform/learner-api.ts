import { demandDispatcher } from '../dispatcher/demand-dispatcher.ts';
import { EngineError } from '../errors.ts';
import { pipeline } from '../runtime/pipeline.ts';
import { consumer, ignore, producer, producerConsumer, stop, withOptions } from '../stage/definition.ts';
import { ask, cancel, reply, self } from '../stage/self.ts';
import { sleep } from '../time/sleep.ts';

/** What a program gets when it imports `sluice` inside a worker. Its keys are all the names it may import. */
export const LEARNER_API = Object.freeze({
  EngineError,
  ask,
  cancel,
  consumer,
  demandDispatcher,
  ignore,
  pipeline,
  producer,
  producerConsumer,
  reply,
  self,
  sleep,
  stop,
  withOptions,
});
