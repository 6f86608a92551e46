/** The files of a program, by their names: those a learner has written, or those of a folder. */
export interface ProgramFiles {
  has(name: string): boolean;
  /** The text of a file that is there. */
  text(name: string): string;
  /** Names of other files that the file `importer` may have meant when it asked for `wanted`, which is not there. */
  near(wanted: string, importer: string): readonly string[];
}

/** Files by name. */
export function filesInMemory(files: Readonly<Record<string, string>>): ProgramFiles {
  return {
    has: (name) => Object.hasOwn(files, name),
    text: (name) => files[name] ?? '',
    near: (_, importer) => Object.keys(files).filter((name) => name !== importer),
  };
}
