import { describe, expect, it } from 'vitest';
import { adviceOn } from '../../../app/lib/sandbox/advice.ts';

const advice = (name: string, message: string) => adviceOn({ name, message });

describe('`adviceOn()`', () => {
  it.each([
    ['fetch is not defined', 'without a network'],
    ['WebSocket is not defined', 'without a network'],
    ["Can't find variable: localStorage", 'keeps nothing'],
    ['Worker is not defined', 'events, calls and casts'],
    ['document is not defined', 'belongs to pages'],
    ['process is not defined', 'belongs to Node'],
  ])('says why there is none: %s', (message, why) => {
    expect(advice('ReferenceError', message)).toContain(why);
  });

  it('advises to look at the spelling of any other name', () => {
    expect(advice('ReferenceError', 'pipelin is not defined')).toContain('Check the spelling of pipelin');
    expect(advice('ReferenceError', 'fetchAll is not defined')).toContain('Check the spelling of fetchAll');
  });

  it.each([
    "Cannot assign to read only property 'map' of object '[object Array]'",
    'Cannot add property sum, object is not extensible',
    'Cannot define property sum, object is not extensible',
    'Cannot redefine property: random',
    "Cannot delete property 'map' of [object Array]",
    '"map" is read-only',
    'can\'t define property "sum": Array.prototype is not extensible',
    'property "map" is non-configurable and can\'t be deleted',
    'Attempted to assign to readonly property.',
  ])('explains what is frozen, in the words of any browser: %s', (message) => {
    expect(advice('TypeError', message)).toContain('What all programs share cannot be changed here');
  });

  it('has nothing to say about other errors', () => {
    expect(advice('TypeError', 'x is not a function')).toBeNull();
    expect(advice('Error', 'the file is read-only')).toBeNull();
  });
});
