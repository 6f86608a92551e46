import type { TraceError, TraceReason } from 'sluice';

/** What a stage crashed of, as the reasons of ends are told. */
export function errorReason({ name, message }: TraceError): TraceReason {
  return { error: name, message };
}
