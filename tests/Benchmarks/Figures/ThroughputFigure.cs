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
        await RunAsync(bench, Jobs / 10); // The coordinator's code is compiled by then.
        var before = commits.PerSecond(FloorTime);
        var cpu = ProcessUse.CpuSeconds(agent.Pid);
        var seconds = await RunAsync(bench, Jobs);
        cpu = ProcessUse.CpuSeconds(agent.Pid) - cpu;
        var floor = (before + commits.PerSecond(FloorTime)) / 2;
        await Bench.StopAsync(agent);
        var rate = Jobs / seconds;
        return
        [
            new Figure(
                "no-op jobs through one agent, all committed", "per s", rate, floor, "sequential fsynced commits", "≥ 150 per s", rate >= Aim,
                string.Create(CultureInfo.InvariantCulture, $"{Jobs} jobs in {seconds:0.0} s; the agent itself used {1000 * cpu / Jobs:0.00} ms of CPU per job")),
        ];
    }

    private static async Task<double> RunAsync(Bench bench, int count)
    {
        var rig = (await bench.RigAsync(rig => rig.Connected)).RigId;
        await bench.Operator.Fleet.DrainAsync(new DrainRigRequest { RigId = rig });
        await bench.RigAsync(status => status.Draining && status.Offer is { Credits: 0 });
        var ids = new List<string>();
        for (var i = 0; i < count; i += SubmitAtOnce)
        {
            var jobs = await Task.WhenAll(Enumerable.Range(0, Math.Min(SubmitAtOnce, count - i)).Select(_ => bench.Operator.Jobs.SubmitAsync(Work.Program(["/bin/true"])).ResponseAsync));
            ids.AddRange(jobs.Select(job => job.JobId));
        }

        var opened = DateTimeOffset.UtcNow;
        await bench.Operator.Fleet.DrainAsync(new DrainRigRequest { RigId = rig, Resume = true });
        while (await AnyOpenAsync(bench))
        {
            await Task.Delay(Look);
        }

        var ended = await EndedAsync(bench, [.. ids]);
        return (DateTimeOffset.FromUnixTimeMilliseconds(ended) - opened).TotalSeconds;
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
}
