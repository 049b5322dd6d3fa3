using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Jobs.Steps;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Jobs;

/// <summary>
/// The Jobs room on a scripted journal, runtime and cache, with everything they were asked for in one list, in order. A new Rigged on
/// the same journal is a restart of the agent.
/// </summary>
internal sealed class Rigged : IAsyncDisposable, IJournal, IRuntime, IArtifacts, IRigCapacity, IBootClock
{
    private static readonly Capacity Rig = new(4, 4000, 4L << 30, 4L << 30, [], [RuntimeKind.Process]);

    private readonly Rigged? before;
    private readonly TempDirectory directory;

    public Rigged(Rigged? before = null, int keepLogsOf = 200)
    {
        this.before = before;
        directory = before?.directory ?? new TempDirectory();
        Facts = before?.Facts ?? new ConcurrentQueue<string>();
        Stored = before?.Stored ?? new ConcurrentDictionary<AttemptId, AttemptRecord>();
        Events = before?.Events ?? new ConcurrentQueue<AttemptEvent>();
        Exits = before?.Exits ?? new ConcurrentDictionary<AttemptId, TaskCompletionSource<RuntimeExit>>();
        Now = before?.Now ?? TimeSpan.FromHours(1);
        Options = new JobOptions { KeepLogsOf = keepLogsOf };
        var state = StateDirectory.Open(directory.Root);
        var reservations = new ReservationTable();
        var runtimes = new RuntimeTable([this]);
        var steps = new AttemptSteps(
            new FetchArtifactsStep(this, state), new LaunchStep(runtimes, state, Options, this), new WatchStep(runtimes, state), new CollectStep(this, state), this, state, NullLogger<AttemptSteps>.Instance);
        var context = new AttemptContext(new PatientJournal(this, Time, NullLogger<PatientJournal>.Instance), steps, reservations, state, Time, NullLogger<AttemptContext>.Instance);
        Reservations = reservations;
        Attempts = new Attempts(
            context, new AttemptHistory(this, state, Options, Time, NullLogger<AttemptHistory>.Instance), new RigAdmission(this, reservations, this, this), new TombstoneTable(this, Time), new AttemptViews(state, Time), this, this, Options, NullLogger<Attempts>.Instance);
        Attempts.RecoverAsync().AsTask().GetAwaiter().GetResult();
    }

    public Attempts Attempts { get; }

    public ReservationTable Reservations { get; }

    public JobOptions Options { get; }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>What was asked of journal, runtime and cache, in order.</summary>
    public ConcurrentQueue<string> Facts { get; }

    public ConcurrentDictionary<AttemptId, AttemptRecord> Stored { get; }

    public ConcurrentQueue<AttemptEvent> Events { get; }

    public ConcurrentDictionary<AttemptId, TaskCompletionSource<RuntimeExit>> Exits { get; }

    /// <summary>The disk refuses this many more writes.</summary>
    public int RefusedWrites { get; set; }

    /// <summary>The program survives being killed.</summary>
    public bool Undead { get; set; }

    public CollectResult Outputs { get; set; } = new([], null);

    public string BootId { get; set; } = Make.Boot;

    public TimeSpan Now { get; set; }

    public ulong AgentEpoch => 1;

    public bool Recovering => false;

    public RuntimeKind Kind => RuntimeKind.Process;

    public AttemptPaths Paths(int n = 1) => StateDirectory.Open(directory.Root).AttemptPaths(Id(n));

    public static Assignment Assignment(int n = 1, uint fence = 1, int inputs = 0, int cpuMillis = 1000) =>
        new(1, Id(n), new JobId(new Guid(n, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)), Fence.Create(7, fence), 1, Make.Spec(inputs, cpuMillis: cpuMillis), null);

    public static AttemptId Id(int n = 1) => new(new Guid(n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));

    public Task ConfirmAsync(int n = 1, uint fence = 1) => Attempts.ConfirmAsync(Id(n), Fence.Create(7, fence), Make.Terms, Now).AsTask();

    public Task StateAsync(AttemptState state, int n = 1) => Eventually.TrueAsync(() => Stored.TryGetValue(Id(n), out var record) && record.State == state, TimeSpan.FromSeconds(10), $"{state} on record");

    public Task PublishedAsync(int n = 1) => Eventually.TrueAsync(() => Attempts.Outbox().OfType<ResultItem>().Any(item => item.Id == Id(n)), TimeSpan.FromSeconds(10), "the result");

    public void End(int code = 0, int n = 1) => Exits[Id(n)].SetResult(new RuntimeExit(code, code == 0 ? null : new RuntimeFault(Reason.ExitNonzero, $"exit code {code}"), null, false));

    public int Count(string fact) => Facts.Count(f => f == fact);

    public IReadOnlyList<AttemptRecord> LoadAttempts() => [.. Stored.Values];

    public IReadOnlyList<AttemptEvent> LoadUnackedEvents() => [.. Events];

    public IReadOnlyList<Tombstone> LoadTombstones() => [];

    public SessionFacts LoadSessionFacts() => SessionFacts.None;

    public bool LoadDraining() => false;

    public ValueTask CommitAsync(JournalEntry entry)
    {
        if (RefusedWrites > 0)
        {
            RefusedWrites--;
            Facts.Enqueue("refused");
            throw new JournalException(Reason.DiskFull, "No space left.");
        }

        if (entry.Attempt is { } record)
        {
            Facts.Enqueue($"journal {record.State}");
            Stored[record.Id] = record;
        }

        if (entry.Event is { } fact)
        {
            Events.Enqueue(fact);
        }

        return ValueTask.CompletedTask;
    }

    public RuntimeFault? Check() => null;

    public ValueTask<LaunchResult> LaunchAsync(LaunchPlan plan, CancellationToken cancellation)
    {
        if (Exits.TryAdd(plan.AttemptId, new TaskCompletionSource<RuntimeExit>()))
        {
            Facts.Enqueue("launch");
        }

        return ValueTask.FromResult(LaunchResult.Launched(new RuntimeHandle(RuntimeKind.Process, 4711, 1, "/shim", BootId)));
    }

    public ValueTask<LaunchResult> ReattachAsync(LaunchPlan plan, RuntimeHandle? handle, CancellationToken cancellation)
    {
        Facts.Enqueue("reattach");
        return ValueTask.FromResult(
            handle is { } known && known.BootId == BootId ? LaunchResult.Launched(known) : LaunchResult.Failed(Reason.HostRestarted, "another boot"));
    }

    public async ValueTask<RuntimeExit> WaitAsync(LaunchPlan plan, RuntimeHandle handle, CancellationToken cancellation) => await Exits[plan.AttemptId].Task.WaitAsync(cancellation);

    public ValueTask<bool> StopAsync(LaunchPlan plan, RuntimeHandle? handle, TimeSpan grace)
    {
        Facts.Enqueue("stop");
        return ValueTask.FromResult(!Undead);
    }

    public ValueTask<ArtifactFault?> PrepareAsync(AttemptId attempt, IReadOnlyList<InputArtifact> inputs, AttemptPaths paths, CancellationToken cancellation)
    {
        Facts.Enqueue("fetch");
        return ValueTask.FromResult<ArtifactFault?>(null);
    }

    public ValueTask<CollectResult> CollectAsync(AttemptPaths paths, IReadOnlyList<string> patterns, long maxBytes, CancellationToken cancellation)
    {
        Facts.Enqueue("collect");
        return ValueTask.FromResult(Outputs);
    }

    public ValueTask<ArtifactFault?> UploadAsync(AttemptPaths paths, IReadOnlyList<OutputArtifact> outputs, CancellationToken cancellation)
    {
        Facts.Enqueue("upload");
        return ValueTask.FromResult<ArtifactFault?>(null);
    }

    public void Release(AttemptId attempt) => Facts.Enqueue("release inputs");

    public IReadOnlyList<Digest> Warm(int limit) => [];

    public Capacity Read() => Rig;

    public (string Reason, string Detail)? RuntimeFault(RuntimeKind kind) => null;

    public async ValueTask DisposeAsync()
    {
        await Attempts.DisposeAsync();
        if (before is null)
        {
            directory.Dispose();
        }
    }
}
