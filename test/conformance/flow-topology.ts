import type { PlanView } from 'sluice';
import { isRecord } from './values.ts';
import type { Json, JsonRecord } from './recording.ts';

const KINDS: JsonRecord = { source: 'source', mapReducer: 'map_reducer', stage: 'stage' };
const DISPATCHERS: JsonRecord = {
  demand: 'DemandDispatcher',
  broadcast: 'BroadcastDispatcher',
  partition: 'PartitionDispatcher',
};

/** The stages that start with the flow of a plan, layer by layer, as recordings count them. */
export function topologyOf({ flows = [], stages, subscriptions }: PlanView): readonly JsonRecord[] {
  const [flow] = flows;
  if (!flow) return [];
  const layers = flow.layers.flatMap((layer): JsonRecord[] => {
    const own = layer.stages.filter((id) => flow.stages.includes(id));
    const [first] = own;
    if (first === undefined) return [];
    const dispatcher = stages.find(({ id }) => id === first)?.dispatcher ?? null;
    return [
      {
        kind: KINDS[layer.kind] ?? null,
        dispatcher: dispatcher === null ? null : (DISPATCHERS[dispatcher] ?? dispatcher),
        processes: own.length,
        upstream_each: subscriptions.filter(({ consumer }) => consumer === first).length,
      },
    ];
  });
  // Sources that are started one after the other are counted as one layer.
  return layers.reduce<JsonRecord[]>((all, layer) => {
    const last = all.at(-1);
    const isSame = layer['kind'] === 'source' && last?.['kind'] === 'source';
    if (!isSame || last['dispatcher'] !== layer['dispatcher']) return [...all, layer];
    return [
      ...all.slice(0, -1),
      { ...last, processes: Number(last['processes']) + Number(layer['processes']) },
    ];
  }, []);
}

/** Where a topology is not as recorded, which may leave out some of it; `null` when it is. */
export function topologyDifference(wanted: readonly Json[], got: readonly JsonRecord[]): string | null {
  const told = got.map((layer, i): Json => {
    const keys = Object.keys(shown(wanted[i]));
    return Object.fromEntries(keys.map((key) => [key, layer[key] ?? null]));
  });
  if (JSON.stringify(told) === JSON.stringify(wanted)) return null;
  return `topology: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`;
}

function shown(layer: Json | undefined): JsonRecord {
  return isRecord(layer) ? layer : {};
}
