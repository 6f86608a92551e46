import { AlignedWindows } from './aligned-windows.ts';
import { SequentialWindows } from './sequential-windows.ts';
import { SessionWindows } from './session-windows.ts';
import type { WindowContext, WindowReducer, WindowSpec, Windows } from './window.ts';

/** The windows of one stage, from its start on: timers run from here. */
export function windowsOf<Accumulator>(
  spec: WindowSpec,
  reducer: WindowReducer<Accumulator>,
  context: WindowContext,
): Windows {
  switch (spec.type) {
    case 'global':
    case 'count':
    case 'periodic':
      return new SequentialWindows(spec, reducer, context);
    case 'fixed':
    case 'sliding':
      return new AlignedWindows(spec, reducer, context);
    case 'session':
      return new SessionWindows(spec, reducer, context);
  }
}
