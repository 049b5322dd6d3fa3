using Rigshift.Agent.Model;
using Rigshift.Durable;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>Reads the journal from outside the agent, also while it is stopped. For people: nothing is decided on it.</summary>
internal static class JournalPeek
{
    /// <summary>Empty when there is no journal yet.</summary>
    /// <exception cref="JournalException">It cannot be read; the message says why.</exception>
    public static IReadOnlyList<AttemptRecord> Attempts(StateDirectory state)
    {
        try
        {
            return File.Exists(state.Journal) ? DurableDatabase.Peek(state.Journal, JournalRows.Attempts) : [];
        }
        catch (Exception e) when (e is DurableException or System.Text.Json.JsonException or FormatException) // Damaged, or not readable by this user.
        {
            throw new JournalException(Reason.DiskError, $"The journal {state.Journal} cannot be read: {e.Message}", e);
        }
    }
}
