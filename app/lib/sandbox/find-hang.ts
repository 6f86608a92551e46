import { realScheduler, startRun, type RunFailure } from 'sluice';
import { SandboxPlatform, type SandboxProgram } from './platform.ts';
import type { Sandbox } from './sandbox-frame.ts';

/** Longer than the watchdog waits for a worker that is silent, ms. */
const LIMIT_MS = 4_000;

/** Enough to get to where a program hangs; an endless source must not go on and on. */
const ENTRY_BUDGET = 4_000;

/**
 * Which callback does not return. Runs on the virtual scheduler only tell that a program does not end: a run on
 * workers has a watchdog that names the stage. `null` when this run does not hang.
 */
export async function findHang(
  frame: Sandbox,
  program: SandboxProgram,
  workers: number,
): Promise<RunFailure | null> {
  const platform = new SandboxPlatform(frame, program, () => frame.remove());
  const handle = startRun(platform, {
    workers,
    seed: 1,
    speed: { kind: 'full' },
    trace: 'counters',
    entryBudget: ENTRY_BUDGET,
    scheduler: realScheduler(),
  });
  const limit = setTimeout(() => handle.stop(), LIMIT_MS);
  const end = await handle.done;
  clearTimeout(limit);
  return end.type === 'failed' && end.phase === 'watchdog' ? end : null;
}
