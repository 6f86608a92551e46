/**
 * What a source or sink is given, as a function that makes it: something outside that is there already is checked at once,
 * what a function makes is checked when it has made it.
 *
 * @param check - Throws when this is not what is needed.
 */
export function makerOf<Made extends object>(
  given: Made | (() => Made),
  check: (made: unknown) => void,
): () => Made {
  if (!isMaker(given)) check(given);
  return () => {
    const made = isMaker(given) ? given() : given;
    check(made);
    return made;
  };
}

function isMaker<Made extends object>(given: Made | (() => Made)): given is () => Made {
  return typeof given === 'function';
}
