using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rigshift.Benchmarks.Machine;
using Rigshift.TestKit;

namespace Rigshift.Benchmarks.Figures;

/// <summary>From the start of the agent's process to its open session: Hello sent, answered, on disk and confirmed.</summary>
internal static class StartFigure
{
    private const int Runs = 20;
    private const double AimMs = 150;
    private const string Opened = "Session with {Coordinator} opened";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var endpoint = bench.Operator.Url.Authority;
        // The first start makes what later ones find: the ballast, the journal; and the coordinator's code is compiled.
        await MeasureAgentAsync(bench);
        MeasureFloor(bench, ["tls", endpoint]);
        var agent = new Samples();
        var floor = new Samples();
        var bare = new Samples();
        for (var i = 0; i < Runs; i++)
        {
            agent.Add(await MeasureAgentAsync(bench));
            floor.Add(MeasureFloor(bench, ["tls", endpoint]));
            bare.Add(MeasureFloor(bench, ["true"]));
        }

        return
        [
            new Figure(
                "agent start to Hello confirmed, median", "ms", agent.Median, floor.Median, "AOT start + TLS handshake", "≤ 150 ms", agent.Median <= AimMs,
                $"{agent.Spread("ms")}; floor {floor.Spread("ms")}; an AOT program that does nothing {bare.Spread("ms")}"),
        ];
    }

    private static async Task<double> MeasureAgentAsync(Bench bench)
    {
        var log = Path.Combine(bench.RigState, "logs", "agent.clef");
        var known = File.Exists(log) ? (await File.ReadAllLinesAsync(log)).Length : 0;
        var started = DateTimeOffset.UtcNow;
        var agent = bench.StartAgent();
        var line = await Eventually.ValueAsync(async () => await OpenedLineAsync(log, known), found => found is not null, Patience, "the session") ?? "";
        await Bench.StopAsync(agent);
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("@t").GetDateTimeOffset() - started).TotalMilliseconds;
    }

    private static async Task<string?> OpenedLineAsync(string log, int known) => File.Exists(log)
        ? (await File.ReadAllLinesAsync(log)).Skip(known).FirstOrDefault(line => line.Contains(Opened, StringComparison.Ordinal))
        : null;

    private static double MeasureFloor(Bench bench, IEnumerable<string> arguments)
    {
        var started = DateTimeOffset.UtcNow;
        using var process = Process.Start(new ProcessStartInfo(bench.Programs.Floor, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{bench.Programs.Floor} did not start.");
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (DateTimeOffset.Parse(text.Trim(), CultureInfo.InvariantCulture) - started).TotalMilliseconds;
    }
}
