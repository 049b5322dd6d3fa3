using System.Collections.Concurrent;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>Cancels that came before their assignment. Kept for a week: no message is under way for longer.</summary>
internal sealed class TombstoneTable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<AttemptId, Tombstone> stones;
    private readonly IJournal journal;
    private readonly TimeProvider time;

    public TombstoneTable(IJournal journal, TimeProvider time)
    {
        this.journal = journal;
        this.time = time;
        stones = new ConcurrentDictionary<AttemptId, Tombstone>(journal.LoadTombstones().Select(stone => KeyValuePair.Create(stone.AttemptId, stone)));
    }

    public bool Covers(AttemptId id, Fence fence) => stones.TryGetValue(id, out var stone) && fence <= stone.Fence;

    /// <exception cref="JournalException">It is not on disk, so the cancel must be sent again.</exception>
    public async ValueTask AddAsync(Tombstone stone)
    {
        if (!Covers(stone.AttemptId, stone.Fence))
        {
            await journal.CommitAsync(new JournalEntry { Tombstone = stone });
            stones[stone.AttemptId] = stone;
        }
    }

    /// <summary>The journal throws its own copies away by the same age when it is opened.</summary>
    public void Expire()
    {
        var limit = (time.GetUtcNow() - Life).ToUnixTimeMilliseconds();
        foreach (var stone in stones.Values.Where(stone => stone.CreatedUnixMs < limit))
        {
            stones.TryRemove(stone.AttemptId, out _);
        }

    }
}
