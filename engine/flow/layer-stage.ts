import { STOP, understanding } from '../source/source-options.ts';
import { consumer, producerConsumer } from '../stage/define.ts';
import type { StageDefinition, SubscribeOptions, Subscription } from '../stage/definition.ts';
import type { TriggerName, WindowTimer } from '../window/window.ts';
import { Layer } from './layer.ts';
import { loopsOf } from './layer-loops.ts';
import type { LayerSpec, LayerStage } from './operation.ts';

/**
 * Defines what each stage of a layer of a flow does. It is started with a {@link LayerStage}; its definition runs as
 * many stages as the layer has. When its last upstream has ended, its windows are done, and it ends with `"normal"` once
 * everything has been sent; when its last consumer has left, at once.
 *
 * @param kind - A `consumer` does everything for its effects alone: what it would emit is forgotten (FL-171).
 */
export function layerStage(spec: LayerSpec, kind: 'producerConsumer' | 'consumer'): StageDefinition {
  const loops = loopsOf(spec);
  const callbacks = {
    init: (stage: LayerStage) => {
      spec.onInit?.({ index: stage.index, total: stage.total });
      return new Layer(spec, loops, stage);
    },
    handleSubscribe: (
      peer: 'producer' | 'consumer',
      options: SubscribeOptions,
      layer: Layer,
      { id }: Subscription,
    ) => layer.subscribed(peer, id, options),
  };
  const definition =
    kind === 'consumer'
      ? consumer<unknown, Layer, LayerStage>({
          ...callbacks,
          handleEvents: (events, layer, from) => void layer.take(events, from),
          handleCancel: (_end, layer, { id }) => void layer.cancelled(id),
          handleInfo: (message, layer) => {
            if (message === STOP) return { stop: 'normal' };
            informed(layer, message);
            return undefined;
          },
        })
      : producerConsumer<unknown, unknown, Layer, LayerStage>({
          ...callbacks,
          handleEvents: (events, layer, from) => ({ events: layer.take(events, from) }),
          handleCancel: (_end, layer, { id }) => {
            const events = layer.cancelled(id);
            return events === 'alone' ? { stop: 'normal' } : { events };
          },
          handleInfo: (message, layer) =>
            message === STOP ? { stop: 'normal' } : { events: informed(layer, message) },
        });
  return understanding(definition, (message) => message === STOP || isTimer(message) || isTrigger(message));
}

/** What a message makes the stage emit. */
function informed(layer: Layer, message: unknown): readonly unknown[] {
  if (isTimer(message)) return layer.wake(message);
  return isTrigger(message) ? layer.trigger(message.trigger) : [];
}

/** `{ trigger: name }` fires all windows that are open (FL-128). */
function isTrigger(message: unknown): message is { readonly trigger: TriggerName } {
  return typeof message === 'object' && message !== null && 'trigger' in message;
}

function isTimer(message: unknown): message is WindowTimer {
  return (
    typeof message === 'object' &&
    message !== null &&
    'windowTimer' in message &&
    typeof message.windowTimer === 'string'
  );
}
