import type { Finding } from '../../view/detectors/detector.ts';

/** The same in every run that shows it: what it is taken for, and of whom. */
export function findingKey({ misconception, subject }: Finding): string {
  return `${misconception} ${subject.type} ${subject.id}`;
}
