Mix.install([{:gen_stage, "~> 1.3"}])

defmodule Numbers do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:producer, :ok}

  # Answer demand, no more and no less.
  @impl true
  def handle_demand(demand, state) do
    events = for _ <- 1..demand, do: Enum.random(0..99)
    {:noreply, events, state}
  end
end

defmodule Odd do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:producer_consumer, :ok}

  # Pass on the odd numbers.
  @impl true
  def handle_events(events, _from, state) do
    {:noreply, Enum.filter(events, &(rem(&1, 2) == 1)), state}
  end
end

defmodule Printer do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:consumer, :ok}

  # Handle events: print each one.
  @impl true
  def handle_events(events, _from, state) do
    for n <- events do
      Process.sleep(100)
      IO.puts("Received #{n}")
    end

    {:noreply, [], state}
  end
end

# Start stages.
{:ok, source} = Numbers.start_link([])
{:ok, filter} = Odd.start_link([])
{:ok, sink} = Printer.start_link([])

# Subscribe.
{:ok, _} = GenStage.sync_subscribe(filter, to: source, max_demand: 10, min_demand: 5)
{:ok, _} = GenStage.sync_subscribe(sink, to: filter, max_demand: 10, min_demand: 5)

Process.sleep(:infinity)
