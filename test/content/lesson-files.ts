import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const LESSONS = resolve(import.meta.dirname, '../../lessons');

/** All files of all lessons by their path below `lessons`, as the site's build reads them. */
export function lessonSources(): Readonly<Record<string, string>> {
  const paths = readdirSync(LESSONS, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^\d\d-[^/]+\/(.+\/)?[^/]+\.(md|ts|exs)$/.test(path),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(LESSONS, path), 'utf8')]));
}

/** Ids of all lessons, in order. */
export function lessonIds(): readonly string[] {
  const ids = Object.keys(lessonSources()).map((path) => path.split('/')[0] ?? '');
  return [...new Set(ids)].sort();
}
