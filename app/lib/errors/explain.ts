import { ERRORS, type ErrorCode } from 'sluice';

/** One failure as its page explains it. */
export interface ErrorPage {
  readonly code: ErrorCode;
  /** The message with its details left open: `Cannot ask on "‹subscription›" …`. */
  readonly message: string;
  readonly hint: string;
}

/** All codes, in the order of the alphabet. */
export function errorCodes(): readonly ErrorCode[] {
  return Object.keys(ERRORS).filter(isErrorCode).sort();
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

export function explain(code: ErrorCode): ErrorPage {
  const { message, hint } = ERRORS[code];
  // Each message takes details of its own; here every one of them is its own name.
  const said: unknown = Reflect.apply(message, undefined, [NAMES_OF_DETAILS]);
  return { code, message: String(said), hint };
}

const NAMES_OF_DETAILS = new Proxy(
  {},
  { get: (_target, name) => (name === 'nearest' ? '' : `‹${String(name)}›`) },
);
