import { EngineError } from '../errors.ts';
import type { StageId } from '../ids.ts';
import type { StageRequest } from '../transport/protocol.ts';
import type { StageHost } from './stage-host.ts';

/** Does what the outside world wants of one stage of this worker; `null` where nobody waits for an answer. */
export function perform(host: StageHost, stage: StageId, request: StageRequest): Promise<unknown> | null {
  switch (request.type) {
    case 'call':
      return host.call(stage, request.message);
    case 'cast':
    case 'info':
      host.tell(stage, { type: request.type, request: request.message });
      return null;
    case 'queueInfo':
      return host.ask(stage, (call) => ({ type: 'queueInfo', request: request.message, call }));
    case 'subscribe': {
      const { producer, options, replaces } = request;
      const id = host.nameSubscription(stage, producer);
      return host.subscribeTo(stage, { id, producer, options, ...(replaces && { replaces }) });
    }
    case 'ask':
      host.tell(stage, { type: 'askFor', subscription: request.subscription, count: request.count });
      return null;
    case 'cancel':
      host.cancel(stage, request.subscription, request.reason);
      return null;
    case 'demandMode':
      host.tell(stage, { type: 'demandMode', mode: request.mode });
      return null;
    case 'getDemandMode':
      return host.ask(stage, (call) => ({ type: 'getDemandMode', call }));
    case 'estimateBuffered':
      return host.ask(stage, (call) => ({ type: 'estimateBuffered', call }));
    case 'snapshot':
      return Promise.resolve(host.snapshot(stage));
    case 'stop':
      return host.stop(stage, request.reason);
    case 'exit':
      host.exit(stage, request.reason);
      return null;
    default:
      return unreachable(request);
  }
}

/** Fails to compile while a member of the union has no case. */
function unreachable(request: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(request) });
}
