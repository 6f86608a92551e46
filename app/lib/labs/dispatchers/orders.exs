Mix.install([{:gen_stage, "~> 1.3"}])

defmodule Orders do
  use GenStage

  @orders 60

  def start_link(seed), do: GenStage.start_link(__MODULE__, seed)

  @impl true
  def init(seed) do
    :rand.seed(:exsss, seed)
    {:producer, 0, dispatcher: dispatcher(:demand), demand: :accumulate}
  end

  defp dispatcher(:demand), do: GenStage.DemandDispatcher
  defp dispatcher(:broadcast), do: GenStage.BroadcastDispatcher

  defp dispatcher(:partition),
    do: {GenStage.PartitionDispatcher, partitions: 0..3, hash: fn order -> {order, order.shelf} end}

  @impl true
  def handle_demand(demand, made) do
    count = min(demand, @orders - made)
    # The same seed draws the same shelves, in every run.
    events = for i <- 1..count//1, do: %{id: made + i, shelf: :rand.uniform(4) - 1}
    {:noreply, events, made + count}
  end
end

defmodule Packer do
  use GenStage

  def start_link(pause_ms), do: GenStage.start_link(__MODULE__, pause_ms)

  @impl true
  def init(pause_ms), do: {:consumer, pause_ms}

  @impl true
  def handle_events(events, _from, pause_ms) do
    Process.sleep(pause_ms * length(events))
    {:noreply, [], pause_ms}
  end
end

quick_ms = 20
slow_ms = 120
demand = [max_demand: 2, min_demand: 1]

{:ok, source} = Orders.start_link(3)

# Only the partition dispatcher reads `partition`.
for {pause_ms, partition} <- Enum.with_index([quick_ms, quick_ms, quick_ms, slow_ms]) do
  {:ok, packer} = Packer.start_link(pause_ms)
  {:ok, _} = GenStage.sync_subscribe(packer, [to: source, partition: partition] ++ demand)
end

# All four are there.
GenStage.demand(source, :forward)
Process.sleep(:infinity)
