using Rigshift.Benchmarks.Floors;
using Rigshift.Benchmarks.Machine;

namespace Rigshift.Benchmarks.Figures;

/// <summary>From Submit to the first thing that the job's own program can do, one job after another on an idle rig.</summary>
internal static class DispatchFigures
{
    private const int Blocks = 4;
    private const int PerBlock = 50;

    // Submit, assign, the rig's accept, the coordinator's record of it, the launch record: each waits for the one before.
    private const int Commits = 5;
    private const double AimMs = 20;
    private const double MedianRatio = 2;
    private const double TailRatio = 5;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var agent = await bench.StartConnectedAgentAsync();
        using var commits = new CommitFloor(bench.Root);
        await RunBlockAsync(bench, new Samples());
        RunFloor(commits, new Samples(), new Samples());

        var dispatch = new Samples();
        var floor = new Samples();
        var spawn = new Samples();
        for (var block = 0; block < Blocks; block++)
        {
            await RunBlockAsync(bench, dispatch);
            RunFloor(commits, floor, spawn);
        }

        await Bench.StopAsync(agent);
        const string FloorIs = "5 fsynced commits + process spawn";
        var (median, tail) = (dispatch.Median, dispatch.At(0.99));
        return
        [
            new Figure(
                "dispatch: submit to first instruction, p50", "ms", median, floor.Median, FloorIs, "≤ 2 × floor and ≤ 20 ms",
                median <= MedianRatio * floor.Median && median <= AimMs, $"{dispatch.Spread("ms")}; floor {floor.Spread("ms")}, of it the spawn {spawn.Spread("ms")}"),
            new Figure(
                "dispatch: submit to first instruction, p99", "ms", tail, floor.At(0.99), FloorIs, "≤ 5 × floor", tail <= TailRatio * floor.At(0.99),
                $"{tail / floor.Median:0.00} × the floor's median"),
        ];
    }

    private static async Task RunBlockAsync(Bench bench, Samples samples)
    {
        var submitted = new List<(string JobId, DateTimeOffset At)>();
        for (var i = 0; i < PerBlock; i++)
        {
            var request = Work.Program(SpawnFloor.Clock);
            var at = DateTimeOffset.UtcNow;
            var job = await bench.Operator.Jobs.SubmitAsync(request);
            submitted.Add((job.JobId, at));
            await Work.EndAsync(bench.Operator, job.JobId);
        }

        foreach (var (jobId, at) in submitted)
        {
            samples.Add((SpawnFloor.Parse(await Work.LogAsync(bench.Operator, jobId)) - at).TotalMilliseconds);
        }
    }

    private static void RunFloor(CommitFloor commits, Samples samples, Samples spawns)
    {
        for (var i = 0; i < PerBlock; i++)
        {
            var at = DateTimeOffset.UtcNow;
            commits.Commit(Commits);
            var spawn = DateTimeOffset.UtcNow;
            var ran = SpawnFloor.Run();
            samples.Add((ran - at).TotalMilliseconds);
            spawns.Add((ran - spawn).TotalMilliseconds);
        }
    }
}
