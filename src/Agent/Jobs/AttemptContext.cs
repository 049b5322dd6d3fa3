using Microsoft.Extensions.Logging;
using Rigshift.Agent.Jobs.Steps;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>What every attempt's edge shares.</summary>
internal sealed partial class AttemptContext(
    PatientJournal writer, AttemptSteps steps, ReservationTable reservations, StateDirectory state, TimeProvider time, ILogger<AttemptContext> logger)
{
    public PatientJournal Writer => writer;

    public AttemptSteps Steps => steps;

    public ReservationTable Reservations => reservations;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public ChangeSignal Changed { get; } = new();

    public void RemoveWork(AttemptId id)
    {
        try
        {
            AttemptDirectories.RemoveWork(state.AttemptPaths(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // Retention removes it later; the result is safe.
        {
            LogCleanUpFailed(id, e);
        }
    }

    [LoggerMessage(1404, LogLevel.Warning, "The directories of attempt {AttemptId} could not be removed; they go with its logs", EventName = "CleanUpFailed")]
    private partial void LogCleanUpFailed(AttemptId attemptId, Exception e);
}
