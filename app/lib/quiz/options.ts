import { TAGS, type QuestionType, type QuizSettings } from './quiz.ts';
import type { YamlBlock } from './front-matter.ts';

/** Options of one question, as its `---` block gives them; `null` where it says nothing. */
export interface QuestionOptions {
  readonly id: string | null;
  readonly misconception: string | null;
  readonly type: QuestionType | null;
  readonly tags: readonly string[];
  readonly shuffleAnswers: boolean | null;
}

export const NO_OPTIONS: QuestionOptions = {
  id: null,
  misconception: null,
  type: null,
  tags: [],
  shuffleAnswers: null,
};

export const DEFAULT_SETTINGS: QuizSettings = {
  title: null,
  shuffleAnswers: true,
  shuffleQuestions: false,
  questionCount: null,
  enableRetry: true,
  passingGrade: null,
  passMessage: 'You have passed!',
  failMessage: 'You have not passed',
};

type Reader = (value: unknown) => boolean;

const isBoolean: Reader = (value) => typeof value === 'boolean';
const isText: Reader = (value) => typeof value === 'string' || typeof value === 'number';
const isCount: Reader = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 1;
const isPercent: Reader = (value) => typeof value === 'number' && value >= 0 && value <= 100;
const isAnything: Reader = () => true;

/** Names that a quiz may set, and what each must be. Colours and locale are the page's own: read, not applied. */
const QUIZ_NAMES: Readonly<Record<string, readonly [Reader, string]>> = {
  title: [isText, 'text'],
  shuffleAnswers: [isBoolean, 'true or false'],
  shuffleQuestions: [isBoolean, 'true or false'],
  nQuestions: [isCount, 'a whole number from 1 up'],
  enableRetry: [isBoolean, 'true or false'],
  passingGrade: [isPercent, 'a number from 0 to 100'],
  customPassMsg: [isText, 'text'],
  customFailMsg: [isText, 'text'],
  startOnLoad: [isBoolean, 'true or false'],
  primaryColor: [isText, 'a colour'],
  secondaryColor: [isText, 'a colour'],
  textColor: [isText, 'a colour'],
  locale: [isAnything, 'a language'],
};
const QUESTION_NAMES: Readonly<Record<string, readonly [Reader, string]>> = {
  id: [isText, 'text'],
  misconception: [isText, 'the id of a misconception'],
  type: [(value) => isQuestionType(value), '"single", "multiple" or "sequence"'],
  tags: [(value) => isText(value) || (Array.isArray(value) && value.every(isText)), 'a list of words'],
  shuffleAnswers: [isBoolean, 'true or false'],
};

/** Names of old versions of quizdown. */
const RENAMED: Readonly<Record<string, string>> = {
  start_on_load: 'startOnLoad',
  shuffle_answers: 'shuffleAnswers',
  shuffle_questions: 'shuffleQuestions',
  primary_color: 'primaryColor',
  secondary_color: 'secondaryColor',
  text_color: 'textColor',
  enable_retry: 'enableRetry',
};

type Complain = (message: string) => void;

export function quizSettings(block: YamlBlock, complain: Complain): QuizSettings {
  const values = accepted(block, QUIZ_NAMES, complain);
  const text = (name: string) => (values.has(name) ? String(values.get(name)) : null);
  const flag = (name: string, fallback: boolean) => (values.has(name) ? values.get(name) === true : fallback);
  const number = (name: string) => (values.has(name) ? Number(values.get(name)) : null);
  return {
    title: text('title'),
    shuffleAnswers: flag('shuffleAnswers', DEFAULT_SETTINGS.shuffleAnswers),
    shuffleQuestions: flag('shuffleQuestions', DEFAULT_SETTINGS.shuffleQuestions),
    questionCount: number('nQuestions'),
    enableRetry: flag('enableRetry', DEFAULT_SETTINGS.enableRetry),
    passingGrade: number('passingGrade'),
    passMessage: text('customPassMsg') ?? DEFAULT_SETTINGS.passMessage,
    failMessage: text('customFailMsg') ?? DEFAULT_SETTINGS.failMessage,
  };
}

export function questionOptions(block: YamlBlock, complain: Complain): QuestionOptions {
  const values = accepted(block, QUESTION_NAMES, complain);
  const text = (name: string) => (values.has(name) ? String(values.get(name)) : null);
  const type = values.get('type');
  const tags = values.get('tags');
  const shuffle = values.get('shuffleAnswers');
  const words = (Array.isArray(tags) ? tags : tags === undefined ? [] : String(tags).split(/[\s,]+/)).map(
    String,
  );
  for (const word of words.filter((word) => !TAGS.some((tag) => tag === word))) {
    complain(`tag "${word}" is not one of ${TAGS.join(', ')}`);
  }
  return {
    id: text('id'),
    misconception: text('misconception'),
    type: isQuestionType(type) ? type : null,
    tags: words,
    shuffleAnswers: typeof shuffle === 'boolean' ? shuffle : null,
  };
}

/** The values that are known and fit; the others are complained about and left out. */
function accepted(
  block: YamlBlock,
  names: Readonly<Record<string, readonly [Reader, string]>>,
  complain: Complain,
): ReadonlyMap<string, unknown> {
  if (block.failure !== null) complain(`these options cannot be read: ${block.failure}`);
  const values = new Map<string, unknown>();
  for (const [given, value] of Object.entries(block.values)) {
    const name = Object.hasOwn(RENAMED, given) ? (RENAMED[given] ?? given) : given;
    const rule = Object.hasOwn(names, name) ? names[name] : undefined;
    if (!rule) complain(`option "${given}" is not known here`);
    else if (value === null || value === undefined) continue;
    else if (!rule[0](value))
      complain(`option "${given}" must be ${rule[1]}: received ${JSON.stringify(value)}`);
    else values.set(name, value);
  }
  return values;
}

function isQuestionType(value: unknown): value is QuestionType {
  return value === 'single' || value === 'multiple' || value === 'sequence';
}
