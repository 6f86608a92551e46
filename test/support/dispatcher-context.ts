import { seededRandom, type Dispatcher, type DispatcherContext, type DispatcherWarning } from 'sluice';

/** What a dispatcher may use of a stage named `source`, and the warnings it has given. */
export function dispatcherContext(): DispatcherContext & { readonly warnings: readonly DispatcherWarning[] } {
  const warnings: DispatcherWarning[] = [];
  return {
    stage: 'source',
    random: seededRandom(7),
    warn: (warning) => {
      warnings.push(warning);
    },
    warnings,
  };
}

/** What `count` events numbered from `first` on have come to, in short. */
export function dispatched(dispatcher: Dispatcher<number>, count: number, first = 0) {
  const { deliveries, leftover, dropped, queues } = dispatcher.dispatch(numbers(count, first));
  return {
    to: deliveries.map(({ to, events }): [string, number[]] => [to, [...events]]),
    leftover: [...leftover],
    ...(dropped ? { dropped } : {}),
    ...(queues && queues.length > 0 ? { queues } : {}),
  };
}

export function numbers(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
