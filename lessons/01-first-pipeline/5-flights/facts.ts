import { emittedBy, receivedBy } from '../../checks/events.ts';
import type { Facts } from '../../schema.ts';
import { airportCounts } from './airport-counts.ts';

export const facts: Facts = {
  flights: (run) => emittedBy(run, 'producer').length.toLocaleString('en'),
  late: (run) => receivedBy(run, 'consumer').length.toLocaleString('en'),
  'from-phoenix': (run) => String(airportCounts(run)?.counts.get('PHX')),
};
