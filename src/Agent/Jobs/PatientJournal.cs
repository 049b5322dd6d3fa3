using Microsoft.Extensions.Logging;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>
/// Writes what an attempt must not lose, however long the disk is full: nothing of the attempt goes on until it is written, and
/// the agent itself stays up.
/// </summary>
internal sealed partial class PatientJournal(IJournal journal, TimeProvider time, ILogger<PatientJournal> logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public async ValueTask CommitAsync(JournalEntry entry, CancellationToken cancellation)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await journal.CommitAsync(entry);
                return;
            }
            catch (JournalException e) // The disk is full or sick: the owner can mend that while we wait.
            {
                LogJournalRefused(e.Reason, wait.TotalSeconds, e);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    /// <summary>One try, for what cannot wait. False: it is not on disk.</summary>
    public async ValueTask<bool> TryCommitAsync(JournalEntry entry)
    {
        try
        {
            await journal.CommitAsync(entry);
            return true;
        }
        catch (JournalException e) // The caller goes on; what it does later is journalled with patience.
        {
            LogJournalSkipped(e.Reason, e);
            return false;
        }
    }

    [LoggerMessage(1406, LogLevel.Error, "The journal could not be written ({Reason}); what cannot wait goes on without it", EventName = "JournalSkipped")]
    private partial void LogJournalSkipped(string reason, Exception e);

    [LoggerMessage(1405, LogLevel.Error, "The journal could not be written ({Reason}); next try in {WaitS} s", EventName = "JournalRefused")]
    private partial void LogJournalRefused(string reason, double waitS, Exception e);
}
