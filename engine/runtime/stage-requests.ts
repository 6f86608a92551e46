import { EngineError } from '../errors.ts';
import type { StageId } from '../ids.ts';
import { traceValue } from '../trace/trace-value.ts';
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
    case 'ask':
      host.tell(stage, { type: 'askFor', subscription: request.subscription, count: request.count });
      return null;
    case 'cancel':
      host.cancel(stage, request.subscription, request.reason);
      return null;
    case 'snapshot':
      return Promise.resolve(traceValue(host.snapshot(stage)));
    default:
      return unreachable(request);
  }
}

/** Fails to compile while a member of the union has no case. */
function unreachable(request: never): never {
  throw new EngineError('protocol_unknown_message', { received: JSON.stringify(request) });
}
