using Rigshift.Protocol.V1;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Harness;

/// <summary>One coordinator, its rigs, and the directory in which jobs leave marks of what they did.</summary>
internal sealed class Farm : IAsyncDisposable
{
    /// <summary>Generous, because a loaded machine is no fault; what has to be quick says so itself.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory home = new();
    private readonly List<Rig> rigs = [];
    private readonly List<ChaosProxy> links = [];

    private Farm(IReadOnlyDictionary<string, string> settings)
    {
        Directory.CreateDirectory(Marks);
        Coordinator = new Coordinator(home.File("coordinator"), settings);
    }

    public Coordinator Coordinator { get; }

    /// <summary>Outside of every attempt's directory: what happens twice is seen twice here.</summary>
    public string Marks => home.File("marks");

    public OperatorClient Client => Coordinator.Client;

    public static async Task<Farm> StartAsync(params (string Key, string Value)[] settings)
    {
        var farm = new Farm(FarmSettings.ForCoordinator(settings));
        await farm.Coordinator.StartAsync();
        return farm;
    }

    /// <summary>A place in this farm's directory.</summary>
    public string Place(string name) => home.File(name);

    /// <summary>A rig that is not enrolled yet.</summary>
    public Rig NewRig(string? stateDir = null, IReadOnlyDictionary<string, string>? environment = null, params (string Key, string Value)[] settings)
    {
        var rig = new Rig(stateDir ?? home.File($"rig{rigs.Count + 1}"), FarmSettings.ForRig(settings)) { Environment = environment };
        rigs.Add(rig);
        return rig;
    }

    /// <summary>Takes a rig into the farm that was made elsewhere.</summary>
    public Rig Keep(Rig rig)
    {
        rigs.Add(rig);
        return rig;
    }

    /// <summary>A rig that is enrolled, runs, and has made its first offer.</summary>
    public async Task<Rig> AddRigAsync(ChaosProxy? link = null, string? stateDir = null, params (string Key, string Value)[] settings)
    {
        var rig = NewRig(stateDir, null, settings);
        await rig.EnrollAsync(await Coordinator.TokenAsync(), link is null ? null : $"https://127.0.0.1:{link.Port}");
        rig.Start();
        await ConnectedAsync(rig);
        return rig;
    }

    /// <summary>A hop that can be cut.</summary>
    public ChaosProxy AddLink()
    {
        var link = new ChaosProxy(Coordinator.Port);
        links.Add(link);
        return link;
    }

    public Task ConnectedAsync(Rig rig) => RigAsync(rig, status => status is { Connected: true, Offer: not null }, "the rig's session and offer");

    public async Task RigAsync(Rig rig, Func<RigStatus?, bool> condition, string waitingFor) => await Eventually.ValueAsync(
        async () => (await Client.RigsAsync()).FirstOrDefault(status => status.RigId == rig.RigId), condition, Patience, waitingFor);

    public Task<Job> JobAsync(string job, Func<Job, bool> condition, string waitingFor) => JobAsync(job, condition, Patience, waitingFor);

    public async Task<Job> JobAsync(string job, Func<Job, bool> condition, TimeSpan patience, string waitingFor) =>
        (await Eventually.ValueAsync(() => Client.FindAsync(job), found => found is not null && condition(found), patience, waitingFor))!; // The condition refuses null.

    /// <summary>The job with its end.</summary>
    public Task<Job> EndedAsync(string job, TimeSpan? patience = null) => JobAsync(
        job, found => found.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Quarantined, patience ?? Patience, "the job's end");

    /// <summary>The attempt's program runs, on both sides' word.</summary>
    public Task<Job> RunningAsync(string job) =>
        JobAsync(job, found => found.Attempts is [.., { Phase: AttemptPhase.Running, Outcome: Outcome.Unspecified }], "the program to run");

    public void Mark(string name) => File.WriteAllText(Path.Combine(Marks, name), "");

    public IReadOnlyList<string> MarksOf(string name) => File.Exists(Path.Combine(Marks, name)) ? File.ReadAllLines(Path.Combine(Marks, name)) : [];

    public Task MarkedAsync(string name) => Eventually.TrueAsync(() => MarksOf(name).Count > 0, Patience, $"the mark '{name}'");

    /// <summary>Nothing that the job started is left, and no shim of a rig works for it.</summary>
    public static async Task GoneAsync(Job job)
    {
        await Eventually.TrueAsync(() => Left(job).Count == 0, TimeSpan.FromSeconds(20), $"the end of everything that job {job.JobId} started");
    }

    /// <summary>The rig has the coordinator's final word about the attempt on record.</summary>
    public static async Task SettledAsync(Rig rig, string attemptId) => await Eventually.ValueAsync(
        async () => (await rig.AttemptsAsync()).GetValueOrDefault(attemptId), state => state == "acked", Patience, "the attempt to be settled on the rig");

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in rigs)
        {
            await rig.DisposeAsync();
        }

        await Coordinator.DisposeAsync();
        foreach (var link in links)
        {
            await link.DisposeAsync();
        }

        Programs.Sweep(home.Root);
        home.Dispose();
    }

    /// <summary>The ends of both sides' logs, for whoever has to find out why a scenario failed.</summary>
    public string Dump()
    {
        const int Characters = 12_000;
        var parts = new List<string> { "=== coordinator\n" + Tail(Coordinator.Output, Characters) };
        parts.AddRange(rigs.Select(rig => $"=== {rig.StateDir} ({rig.RigId})\n" + Tail(rig.Output, Characters)));
        return string.Join('\n', parts);
    }

    private static List<int> Left(Job job) => [.. Programs.OfJob(job.JobId), .. job.Attempts.SelectMany(attempt => Programs.Naming(attempt.AttemptId))];

    private static string Tail(string text, int characters) => text.Length <= characters ? text : "…" + text[^characters..];
}
