using System.Globalization;
using Rigshift.Durable;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>
/// This run of the coordinator, and the numbers it gives out. Every run is above the one before it and above the wall clock
/// in seconds, so that an old backup that is started gives out higher numbers than any that was ever given.
/// </summary>
internal sealed class Incarnation
{
    private uint fences;
    private uint sessions;

    private Incarnation(uint value, uint previous, Guid clusterId)
    {
        Value = value;
        Previous = previous;
        ClusterId = clusterId;
    }

    public uint Value { get; }

    /// <summary>The run before this one as the database knows it; 0: this is the first.</summary>
    public uint Previous { get; }

    public Guid ClusterId { get; }

    public Fence NextFence() => Fence.Create(Value, Interlocked.Increment(ref fences));

    /// <summary>For session_gen and state_gen.</summary>
    public ulong NextGeneration() => Fence.Create(Value, Interlocked.Increment(ref sessions)).Value;

    /// <summary>On disk before any number of it leaves.</summary>
    public static async Task<Incarnation> BeginAsync(DurableDatabase database, TimeProvider time)
    {
        var seconds = (uint)Math.Clamp(time.GetUtcNow().ToUnixTimeSeconds(), 1, uint.MaxValue - 1);
        return await database.WriteAsync(session =>
        {
            var previous = uint.Parse(Get(session, "incarnation") ?? "0", CultureInfo.InvariantCulture);
            var cluster = Get(session, "cluster_id");
            if (cluster is null)
            {
                cluster = Guid.NewGuid().ToString("D");
                Set(session, "cluster_id", cluster);
            }

            var value = Math.Max(previous + 1, seconds);
            Set(session, "incarnation", value.ToString(CultureInfo.InvariantCulture));
            return new Incarnation(value, previous, Guid.ParseExact(cluster, "D"));
        });
    }

    private static string? Get(SqlSession session, string key) =>
        session.First("SELECT value FROM meta WHERE key = $key", row => row.GetString(0), ("$key", key));

    private static void Set(SqlSession session, string key, string value) =>
        session.Execute("INSERT INTO meta (key, value) VALUES ($key, $value) ON CONFLICT (key) DO UPDATE SET value = $value", ("$key", key), ("$value", value));
}
