import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../scripts/sluice.mjs', import.meta.url));

/** What a command came to. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own with these files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/**
 * Calls the command in a folder.
 *
 * @param onFirst - Called once it has printed something.
 */
export function sluice(
  folder: string,
  given: readonly string[],
  onFirst?: (command: ChildProcess) => void,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const command = spawn(process.execPath, [COMMAND, ...given], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    command.stdout.once('data', () => onFirst?.(command));
    command.stdout.on('data', (text) => (out += String(text)));
    command.stderr.on('data', (text) => (err += String(text)));
    command.on('error', reject);
    command.on('close', (code) => resolve({ code, out, err }));
  });
}
