import { freezeShared, LANGUAGE } from './freeze-shared.ts';
import * as learnerApi from './learner-api.ts';
import { removePowers } from './remove-powers.ts';

/** What a program is trusted with: `'program'` with nothing, as it may be a stranger's; `'script'` as any script is that one starts. */
export type Trust = 'program' | 'script';

/**
 * Closes the realm that the engine shares with a program: called once, when the engine is loaded, the globals of programs are
 * provided and the program has not begun. From now on the program can change nothing that the engine uses: intrinsics,
 * globals, what it imports from `sluice` and all that these lead to are frozen (RUN-11).
 *
 * @param trust - A `'program'` also loses every power of the worker's scope; a `'script'` keeps them.
 */
export function lockDown(trust: Trust): void {
  const stays = trust === 'program' ? removePowers() : fixLanguage();
  freezeShared([...Object.values(learnerApi), ...stays]);
}

/** What the language has put into the global scope stays what it is. */
function fixLanguage(): readonly unknown[] {
  for (const name of LANGUAGE) {
    const property = Reflect.getOwnPropertyDescriptor(globalThis, name);
    if (property && 'value' in property) {
      Reflect.defineProperty(globalThis, name, { writable: false, configurable: false });
    }
  }
  return [];
}
