using Rigshift.Agent.Model;

namespace Rigshift.Agent.Jobs;

/// <summary>An attempt that is not settled, and the task that is its life in this process.</summary>
internal sealed class LiveAttempt(AttemptActor actor, TimeSpan takenUpAt)
{
    public AttemptActor Actor => actor;

    public AttemptRecord Record => actor.Record;

    /// <summary>Boot clock, when this process took it on.</summary>
    public TimeSpan TakenUpAt => takenUpAt;

    /// <summary>The uploader is done with its log.</summary>
    public bool LogsSent { get; set; }

    /// <summary>The clock has asked it to stop and it has not taken that in yet; asked every second, it would be flooded.</summary>
    public bool IsStopPosted { get; set; }

    /// <summary>Bytes of stdout and stderr; read once, when the program has ended and they cannot grow.</summary>
    public (long Stdout, long Stderr)? LogBytes { get; set; }

    public Task Life { get; set; } = Task.CompletedTask;

    public AttemptReport Report()
    {
        var record = Record;
        return new AttemptReport(
            record.Id, record.JobId, record.Fence, record.State, record.LastEventNo, record.State >= AttemptState.Finished ? record.Outcome?.Outcome : null, actor.Activity == AttemptActivity.Watching);
    }
}
