import { EngineError } from 'sluice';
import { parseArguments, UsageError } from './arguments.ts';
import { helpText } from './help.ts';
import { replayCommand } from './replay-command.ts';
import { FAILED, FINE, runCommand, WRONG_USE, type Surroundings } from './run-command.ts';

/** What `sluice` is given by the script that starts it. */
export interface CommandLine extends Surroundings {
  /** Without the program's own name. */
  readonly arguments: readonly string[];
  readonly version: string;
}

/** Does what a command line says; the exit code. Never rejects. */
export async function main(line: CommandLine): Promise<number> {
  try {
    const command = parseArguments(line.arguments);
    switch (command.kind) {
      case 'help':
        process.stdout.write(helpText(command.about));
        return line.arguments.length === 0 ? WRONG_USE : FINE;
      case 'version':
        process.stdout.write(`${line.version}\n`);
        return FINE;
      case 'run':
        return await runCommand(command, line);
      case 'replay':
        return await replayCommand(command, line.folder);
    }
  } catch (error) {
    if (error instanceof UsageError || error instanceof EngineError) {
      process.stderr.write(`error: ${error.message}\nhint: ${error.hint}\n`);
      return WRONG_USE;
    }
    process.stderr.write(
      `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return FAILED;
  }
}
