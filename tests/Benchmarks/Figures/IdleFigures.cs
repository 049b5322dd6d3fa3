using System.Globalization;
using Rigshift.Benchmarks.Machine;
using Rigshift.TestKit;

namespace Rigshift.Benchmarks.Figures;

/// <summary>What the agent costs a rig that has no work: memory, and processor time over a minute.</summary>
internal static class IdleFigures
{
    private const double AimMb = 32;
    private const double AimPercent = 0.2;
    private const double Mega = 1e6;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var agent = await bench.StartConnectedAgentAsync();
        var measured = await MeasureAsync(agent.Pid);
        await Bench.StopAsync(agent);

        var idle = ChildProcess.Start(bench.Programs.Floor, ["idle", bench.Operator.Url.GetLeftPart(UriPartial.Authority)]);
        await Eventually.TrueAsync(() => idle.Output.Contains("open", StringComparison.Ordinal), Patience, "the floor's connection");
        var floor = await MeasureAsync(idle.Pid);
        await Bench.StopAsync(idle);

        const string FloorIs = "AOT generic host, gRPC connected";
        return
        [
            new Figure("agent idle memory (PSS)", "MB", measured.Pss, floor.Pss, FloorIs, "≤ 32 MB", measured.Pss <= AimMb, $"agent {measured}; floor {floor}"),
            new Figure("agent idle CPU over 60 s", "%", measured.CpuPercent, floor.CpuPercent, FloorIs, "≤ 0.2 % of a core", measured.CpuPercent <= AimPercent, "of one core; the kernel counts in steps of 10 ms, which is 0.017 %"),
        ];
    }

    private static async Task<Use> MeasureAsync(int pid)
    {
        await Task.Delay(Settle);
        var before = ProcessUse.CpuSeconds(pid);
        await Task.Delay(Window);
        var cpu = ProcessUse.CpuSeconds(pid) - before;
        return new Use(ProcessUse.ProportionalBytes(pid) / Mega, ProcessUse.ResidentBytes(pid) / Mega, ProcessUse.PrivateBytes(pid) / Mega, 100 * cpu / Window.TotalSeconds, ProcessUse.Children(pid));
    }

    private sealed record Use(double Pss, double Rss, double Private, double CpuPercent, int Children)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RSS {Rss:0.0} MB, private {Private:0.0} MB, {Children} child processes");
    }
}
