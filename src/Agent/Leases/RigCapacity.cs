using System.Collections.Frozen;
using Rigshift.Agent.Interop;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Leases;

/// <summary>
/// What the system reports, less the owner's reserves. Read again after a second at most: hundreds of offers a second must
/// not become hundreds of looks at the disk.
/// </summary>
internal sealed class RigCapacity(StateDirectory state, IEnumerable<IRuntime> runtimes, CapacityOptions options, TimeProvider time) : IRigCapacity
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly FrozenDictionary<RuntimeKind, IRuntime> byKind = runtimes.ToFrozenDictionary(runtime => runtime.Kind);
    private readonly Lock gate = new();
    private Capacity? last;
    private long readAt;

    public Capacity Read()
    {
        lock (gate)
        {
            if (last is null || time.GetElapsedTime(readAt) >= Fresh)
            {
                last = Look();
                readAt = time.GetTimestamp();
            }

            return last;
        }
    }

    public (string Reason, string Detail)? RuntimeFault(RuntimeKind kind)
    {
        var fault = byKind.TryGetValue(kind, out var runtime) ? runtime.Check() : new RuntimeFault(Reason.RuntimeUnavailable, $"This agent has no runtime '{kind}'.");
        return fault is null ? null : (fault.Reason, fault.Detail);
    }

    private Capacity Look()
    {
        var host = HostFacts.Read(state.Root);
        return new Capacity(
            options.MaxAttempts,
            host.CpuCores * 1000,
            Math.Max(0, host.MemoryTotalBytes - options.MemoryReserveBytes),
            // A disk that does not say how much is free is taken for full: a job that fails half-way costs more than one refused.
            Math.Max(0, (host.DiskFreeBytes ?? 0) - options.DiskReserveBytes),
            [],
            [.. byKind.Values.Where(runtime => runtime.Check() is null).Select(runtime => runtime.Kind).Order()]);
    }
}
