import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as v from 'valibot';
import { parse } from 'yaml';
import { replayAll } from './run.ts';

/** A rule of GenStage or Flow, and what holds it here. */
export interface Rule {
  /** `GS-050`, `FL-121`. */
  readonly id: string;
  /** What it says, in one sentence. */
  readonly says: string;
  /** Tests whose titles name it: file and title. */
  readonly tests: readonly string[];
  /** Names of the recordings that exercise it and are replayed without a difference. */
  readonly recordings: readonly string[];
  /** Why nothing holds it; `null` when something does, or should. */
  readonly without: string | null;
}

/** All rules, and what is wrong with their list, one line each. */
export interface Rules {
  readonly rules: readonly Rule[];
  readonly problems: readonly string[];
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const tests = join(folder, '..');
const id = v.pipe(v.string(), v.regex(/^[A-Z]{2}-\d{3}$/));
const listed = v.object({ rules: v.record(id, v.string()), without: v.record(id, v.string()) });

/** Reads the list of rules, the titles of all tests, and replays the recordings of this repository. */
export async function readRules(): Promise<Rules> {
  const { rules, without } = v.parse(listed, parse(readFileSync(join(folder, 'rules.yaml'), 'utf8')));
  const titles = testTitles();
  const replayed = await replayAll(folder);
  const holding = gathered(
    replayed.filter(({ kind }) => kind === 'passed').map(({ name, rules: ids }) => ({ name, ids })),
  );
  const naming = gathered(titles);
  const all = Object.entries(rules).map(([rule, says]): Rule => ({
    id: rule,
    says,
    tests: naming.get(rule) ?? [],
    recordings: holding.get(rule) ?? [],
    without: without[rule] ?? null,
  }));
  const unlisted = [...titles, ...replayed.map(({ name, rules: ids }) => ({ name, ids }))].flatMap(
    ({ name, ids }) => ids.filter((one) => rules[one] === undefined).map((one) => `${name} names ${one}`),
  );
  return {
    rules: all,
    problems: [
      ...unlisted.map((one) => `${one}, which is no rule`),
      ...Object.keys(without)
        .filter((one) => rules[one] === undefined)
        .map((one) => `a reason is given for ${one}, which is no rule`),
      ...all.flatMap(problemOf),
    ],
  };
}

function problemOf({ id: rule, says, tests: named, recordings, without }: Rule): readonly string[] {
  const held = named.length + recordings.length > 0;
  if (held && without !== null) return [`${rule} is held, and still has a reason for not being: ${without}`];
  return held || without !== null ? [] : [`${rule} has neither test nor recording nor reason: ${says}`];
}

interface Named {
  readonly name: string;
  readonly ids: readonly string[];
}

function gathered(named: readonly Named[]): ReadonlyMap<string, readonly string[]> {
  const byRule = new Map<string, string[]>();
  for (const { name, ids } of named) {
    for (const one of new Set(ids)) byRule.set(one, [...(byRule.get(one) ?? []), name]);
  }
  return byRule;
}

/** Titles below `test` that name rules. */
function testTitles(): readonly Named[] {
  return readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) =>
      titlesIn(readFileSync(join(tests, name), 'utf8')).map((title) => ({
        name: `${name}: ${title}`,
        ids: title.match(/\b(?:GS|FL)-\d{3}\b/g) ?? [],
      })),
    )
    .filter(({ ids }) => ids.length > 0);
}

/** What a helper that declares a test is given first. */
const NAMING = /^[A-Z]{2}-\d{3} \S/;

/**
 * The titles of the tests in a file: of calls of `it` and the like, of the rows of `it.each`, and of calls of helpers whose title
 * begins with a rule. One that is skipped holds nothing.
 */
export function titlesIn(source: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(file);
      if (/\.(?:skip|todo)\b/.test(called)) return;
      const [title] = node.arguments;
      const text = title === undefined ? null : textOf(title, file);
      const isTest = /^(?:it|test|describe)\b/.test(called);
      const isHelper = ts.isExpressionStatement(node.parent) && ts.isIdentifier(node.expression);
      if (text !== null && (isTest || (isHelper && NAMING.test(text)))) titles.push(text);
      if (isTest && called.endsWith('.each') && title && ts.isArrayLiteralExpression(title)) {
        for (const row of title.elements) {
          const first = ts.isArrayLiteralExpression(row) ? row.elements[0] : row;
          const name = first === undefined ? null : textOf(first, file);
          if (name !== null && NAMING.test(name)) titles.push(name);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest, true);
  visit(file);
  return titles;
}

function textOf(node: ts.Node, file: ts.SourceFile): string | null {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
    ? node.getText(file).slice(1, -1)
    : null;
}
