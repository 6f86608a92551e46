/** What `sluice --help` prints, of everything or of one command. */
export function helpText(about: 'run' | 'replay' | null): string {
  return { run: RUN, replay: REPLAY, all: ALL }[about ?? 'all'];
}

const EXIT_CODES = `Exit codes
  0  the run came to its end, or was stopped
  1  a stage crashed or did not answer, or the program could not go on
  2  wrong use: an option, a file or a program that cannot be read`;

const ALL = `Usage: npx sluice <command> FILE [options]

  run PROGRAM.ts      runs a program of stages or a flow on threads of this machine
  replay TRACE.jsonl  tells in words what happened in a recorded run

  --help              this text; after a command: all about it
  --version           which version this is

${EXIT_CODES}
`;

const RUN = `Usage: npx sluice run PROGRAM.ts [options]

Runs the same file as a lesson's page does: its default export is a pipeline or a flow, and it imports from
sluice, sluice/data and its own files. What its stages print goes to stdout, everything else to stderr.

  --workers N          the most threads to use, 1 to 64; default: one per processor, 2 to 4
  --seed N             makes random numbers the same in every run; default: another one each time, told at the end
  --placement HOW      spread (default): neighbours on different workers; pack: as few workers as possible
  --weather FILE       lets stages be hurried, paused, slowed or crashed by the run's clock: a JSON array of blocks such as
                       { "kind": "slow", "stage": "save", "fromMs": 500, "toMs": 1500, "byMs": 50 }
  --trace FILE         records everything that happens: for sluice replay, and for the page "Recordings"
  --progress           shows events per second, every stage and the time
  --timeout SECONDS    stops the run after so long

Ctrl-C stops the run in order and closes the recording; a second Ctrl-C ends it at once.

${EXIT_CODES}
`;

const REPLAY = `Usage: npx sluice replay TRACE.jsonl [options]

Tells what a recorded run did: its plan, its stages, what went wrong and how it ended. Runs nothing.

  --at SEQ             every stage as it stood after the entry of that number; default: at the end
  --step               every entry in words, one after the other; on a terminal, Enter shows the next
  --stage NAME         only what concerns one stage

Exit codes
  0  the recording could be read, whatever happened in it
  2  wrong use, or a file that is no recording or is damaged
`;
