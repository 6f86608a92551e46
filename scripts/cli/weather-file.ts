import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readWeather, type Weather } from 'sluice';
import { UsageError } from './arguments.ts';

/**
 * What stages are to go through, as a file says it.
 *
 * @param folder - That the path is seen from.
 * @throws {UsageError} where it cannot be read or is none.
 */
export function readWeatherFile(file: string, folder: string): Weather {
  try {
    return readWeather(JSON.parse(readFileSync(resolve(folder, file), 'utf8')));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Cannot use --weather ${file}: ${why}`,
      'It is a JSON array of blocks, for example [{ "kind": "crash", "stage": "save", "atMs": 1000 }].',
    );
  }
}
