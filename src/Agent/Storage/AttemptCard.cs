using System.Text.Json;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>
/// A copy of an attempt's record beside its program, written before the launch: from it an agent that lost its journal knows what is
/// running here. It goes when the result is settled.
/// </summary>
internal sealed record AttemptCard(Guid AttemptId, Guid JobId, ulong Fence, AttemptBody Body, JobSpec Spec)
{
    private const string FileName = "attempt.json";

    // Not fsynced, because it is on the way to every job's first instruction: after a power cut the program it tells of is gone too.
    public static void Write(AttemptPaths paths, AttemptRecord record) => File.WriteAllBytes(
        PathIn(paths),
        JsonSerializer.SerializeToUtf8Bytes(
            new AttemptCard(record.Id.Value, record.JobId.Value, record.Fence.Value, AttemptBody.Of(record), record.Spec), JournalJson.Default.AttemptCard));

    /// <summary>Null when there is none, or none that can be read: then nothing was launched, or its disk is damaged.</summary>
    public static AttemptRecord? Read(AttemptPaths paths)
    {
        try
        {
            var card = JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(paths)), JournalJson.Default.AttemptCard);
            return card?.Body.ToRecord(new AttemptId(card.AttemptId), new JobId(card.JobId), new Fence(card.Fence), AttemptState.Running, 0, card.Spec);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException) // As the summary says.
        {
            return null;
        }
    }

    public static void Remove(AttemptPaths paths) => File.Delete(PathIn(paths));

    private static string PathIn(AttemptPaths paths) => Path.Combine(paths.Control, FileName);
}
