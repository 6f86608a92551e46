Mix.install([{:gen_stage, "~> 1.3"}, {:jason, "~> 1.4"}])

defmodule Departures do
  use GenStage

  def start_link(flights), do: GenStage.start_link(__MODULE__, flights)

  @impl true
  def init(flights), do: {:producer, flights}

  # Answer demand: the next of the list.
  @impl true
  def handle_demand(demand, flights) do
    {events, left} = Enum.split(flights, demand)
    {:noreply, events, left}
  end
end

defmodule Late do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:producer_consumer, :ok}

  # Pass on the late ones: delay is in minutes.
  @impl true
  def handle_events(batch, _from, state) do
    {:noreply, Enum.filter(batch, &(&1["delay"] > 60)), state}
  end
end

defmodule Board do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, %{})

  @impl true
  def init(counts), do: {:consumer, counts}

  # Handle events: a count for each airport.
  @impl true
  def handle_events(batch, _from, counts) do
    counts = Enum.reduce(batch, counts, &Map.update(&2, &1["origin"], 1, fn n -> n + 1 end))
    IO.inspect(counts, label: "Late so far")
    {:noreply, [], counts}
  end
end

# The file comes from the package vega-datasets.
flights = "flights-10k.json" |> File.read!() |> Jason.decode!()

# Start stages.
{:ok, source} = Departures.start_link(flights)
{:ok, filter} = Late.start_link([])
{:ok, sink} = Board.start_link([])

# Subscribe.
{:ok, _} = GenStage.sync_subscribe(filter, to: source, max_demand: 500)
{:ok, _} = GenStage.sync_subscribe(sink, to: filter, max_demand: 100)

Process.sleep(:infinity)
