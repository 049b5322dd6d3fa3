namespace Rigshift.Coordinator.Demo;

/// <summary>Seconds that each stage took.</summary>
internal sealed class DemoClock(TimeProvider time)
{
    private readonly Dictionary<string, double> seconds = [];
    private readonly long began = time.GetTimestamp();
    private long last = time.GetTimestamp();

    public IReadOnlyDictionary<string, double> Seconds => seconds;

    /// <summary>Ends a stage; the next one begins.</summary>
    public void Mark(string stage)
    {
        var now = time.GetTimestamp();
        seconds[stage] = Math.Round(time.GetElapsedTime(last, now).TotalSeconds, 3);
        last = now;
    }

    public void End() => seconds["total"] = Math.Round(time.GetElapsedTime(began).TotalSeconds, 3);
}
