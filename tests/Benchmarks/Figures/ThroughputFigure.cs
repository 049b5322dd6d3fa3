using System.Globalization;
using Rigshift.Benchmarks.Floors;
using Rigshift.Benchmarks.Machine;
using Rigshift.Protocol.V1;

namespace Rigshift.Benchmarks.Figures;

/// <summary>Jobs that do nothing, from an open gate to the last committed result, through one agent.</summary>
internal static class ThroughputFigure
{
    private const int Jobs = 1500;
    private const int SubmitAtOnce = 32;
    private const int PageSize = 1000;
    private const double Aim = 150;
    private static readonly TimeSpan FloorTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var agent = await bench.StartConnectedAgentAsync();
        using var commits = new CommitFloor(bench.Root);
        await RunAsync(bench, await SubmitAsync(bench, Jobs / 10)); // The coordinator's code is compiled by then.
        var before = commits.PerSecond(FloorTime);
        var ids = await SubmitAsync(bench, Jobs);
        var cpu = Cpu.Of(bench, agent.Pid);
        var seconds = await RunAsync(bench, ids);
        cpu = Cpu.Of(bench, agent.Pid).Since(cpu);
        var floor = (before + commits.PerSecond(FloorTime)) / 2;
        await Bench.StopAsync(agent);
        var rate = Jobs / seconds;
        return
        [
            new Figure(
                "no-op jobs through one agent, all committed", "per s", rate, floor, "sequential fsynced commits", "≥ 150 per s", rate >= Aim,
                string.Create(CultureInfo.InvariantCulture, $"{Jobs} jobs in {seconds:0.0} s; milliseconds of CPU per job: {cpu.PerJob(Jobs)}")),
        ];
    }

    /// <summary>With the rig's gate closed, so that all of them wait.</summary>
    private static async Task<HashSet<string>> SubmitAsync(Bench bench, int count)
    {
        var rig = await bench.RigAsync(rig => rig.Connected);
        await bench.Operator.Fleet.DrainAsync(new DrainRigRequest { RigId = rig.RigId });
        await bench.RigAsync(status => status.Draining && status.Offer is { Credits: 0 });
        var ids = new HashSet<string>();
        for (var i = 0; i < count; i += SubmitAtOnce)
        {
            var jobs = await Task.WhenAll(Enumerable.Range(0, Math.Min(SubmitAtOnce, count - i)).Select(_ => bench.Operator.Jobs.SubmitAsync(Work.Program(["/bin/true"])).ResponseAsync));
            ids.UnionWith(jobs.Select(job => job.JobId));
        }

        return ids;
    }

    /// <summary>Opens the gate; returns the seconds until the last result.</summary>
    private static async Task<double> RunAsync(Bench bench, HashSet<string> ids)
    {
        var rig = await bench.RigAsync(rig => rig.Connected);
        var opened = DateTimeOffset.UtcNow;
        await bench.Operator.Fleet.DrainAsync(new DrainRigRequest { RigId = rig.RigId, Resume = true });
        while (await AnyOpenAsync(bench))
        {
            await Task.Delay(Look);
        }

        return (DateTimeOffset.FromUnixTimeMilliseconds(await EndedAsync(bench, ids)) - opened).TotalSeconds;
    }

    private static async Task<bool> AnyOpenAsync(Bench bench)
    {
        var reply = await bench.Operator.Jobs.ListAsync(new ListJobsRequest { PageSize = 1, States = { JobState.Pending, JobState.Assigned, JobState.Running } });
        return reply.Jobs.Count > 0;
    }

    /// <summary>When the last result was committed; every job must have succeeded at its first attempt.</summary>
    private static async Task<long> EndedAsync(Bench bench, HashSet<string> ids)
    {
        long last = 0;
        var token = "";
        do
        {
            var page = await bench.Operator.Jobs.ListAsync(new ListJobsRequest { PageSize = PageSize, PageToken = token });
            foreach (var job in page.Jobs.Where(job => ids.Remove(job.JobId)))
            {
                Work.Check(job);
                last = Math.Max(last, job.EndedUnixMs);
            }

            token = page.NextPageToken;
        }
        while (token.Length > 0 && ids.Count > 0);
        return ids.Count == 0 ? last : throw new InvalidOperationException($"{ids.Count} jobs are missing from the list.");
    }

    private sealed record Cpu(double Agent, double Shims, double Coordinator)
    {
        public static Cpu Of(Bench bench, int agent) => new(ProcessUse.CpuSeconds(agent), ProcessUse.ChildrenCpuSeconds(agent), ProcessUse.CpuSeconds(bench.CoordinatorPid));

        public Cpu Since(Cpu before) => new(Agent - before.Agent, Shims - before.Shims, Coordinator - before.Coordinator);

        public string PerJob(int jobs) => string.Create(
            CultureInfo.InvariantCulture, $"agent {1000 * Agent / jobs:0.0}, shims and programs {1000 * Shims / jobs:0.0}, coordinator {1000 * Coordinator / jobs:0.0}");
    }
}
