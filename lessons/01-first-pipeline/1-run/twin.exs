Mix.install([{:gen_stage, "~> 1.3"}])

defmodule Numbers do
  use GenStage

  def start_link(first), do: GenStage.start_link(__MODULE__, first)

  @impl true
  def init(first), do: {:producer, first}

  # Answer demand, no more and no less.
  @impl true
  def handle_demand(demand, next) do
    events = Enum.to_list(next..(next + demand - 1))
    {:noreply, events, next + demand}
  end
end

defmodule Printer do
  use GenStage

  def start_link(_), do: GenStage.start_link(__MODULE__, :ok)

  @impl true
  def init(:ok), do: {:consumer, :ok}

  # Handle events: print, and take time.
  @impl true
  def handle_events(events, _from, state) do
    for n <- events do
      Process.sleep(200)
      IO.puts("Received #{n}")
    end

    {:noreply, [], state}
  end
end

# Start stages: each has a state of its own.
{:ok, source} = Numbers.start_link(0)
{:ok, sink} = Printer.start_link([])

# Subscribe: now the consumer may ask.
{:ok, _} = GenStage.sync_subscribe(sink, to: source, max_demand: 10, min_demand: 5)

Process.sleep(:infinity)
