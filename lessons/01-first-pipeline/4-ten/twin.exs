Mix.install([{:gen_stage, "~> 1.3"}])

defmodule Numbers do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:producer, :ok}

  # Answer demand: 200 ms, for few or many.
  @impl true
  def handle_demand(demand, state) do
    Process.sleep(200)
    events = for _ <- 1..demand, do: Enum.random(0..99)
    {:noreply, events, state}
  end
end

defmodule FromTen do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:producer_consumer, :ok}

  # Pass on the numbers from 10 up.
  @impl true
  def handle_events(events, _from, state) do
    {:noreply, Enum.filter(events, &(&1 >= 10)), state}
  end
end

defmodule Printer do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:consumer, :ok}

  # Handle events: a number takes 100 ms.
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
{:ok, filter} = FromTen.start_link([])
{:ok, sink} = Printer.start_link([])

# Subscribe.
{:ok, _} = GenStage.sync_subscribe(filter, to: source, max_demand: 10, min_demand: 5)
{:ok, _} = GenStage.sync_subscribe(sink, to: filter, max_demand: 10, min_demand: 5)

Process.sleep(:infinity)
