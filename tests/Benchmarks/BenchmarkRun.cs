using Rigshift.Benchmarks.Figures;
using Rigshift.Benchmarks.Machine;

namespace Rigshift.Benchmarks;

/// <summary>One run of the program: parts, figures, report.</summary>
internal static class BenchmarkRun
{
    private static readonly IReadOnlyDictionary<string, Func<Bench, Task<IReadOnlyList<Figure>>>> All = new Dictionary<string, Func<Bench, Task<IReadOnlyList<Figure>>>>
    {
        ["start"] = StartFigure.MeasureAsync,
        ["idle"] = IdleFigures.MeasureAsync,
        ["dispatch"] = DispatchFigures.MeasureAsync,
        ["throughput"] = ThroughputFigure.MeasureAsync,
        ["download"] = DownloadFigure.MeasureAsync,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (Arguments.Parse(args, [.. All.Keys], out var fault) is not { } arguments)
        {
            await Console.Error.WriteLineAsync(fault);
            return 2;
        }

        var programs = await Programs.FindAsync();
        var machine = MachineFacts.Read(arguments.Work);
        await Console.Error.WriteLineAsync(machine.ToString());
        var figures = new List<Figure>();
        var failed = false;
        foreach (var name in All.Keys.Where(arguments.Wants))
        {
            await Console.Error.WriteLineAsync($"measuring {name} ...");
            try
            {
                await using var bench = await Bench.StartAsync(programs, arguments.Work);
                figures.AddRange(await All[name](bench));
            }
            catch (Exception e) // One figure that cannot be measured must not cost the others; the exit code tells of it.
            {
                failed = true;
                await Console.Error.WriteLineAsync($"{name} could not be measured: {e}");
            }
        }

        var report = new Report(DateTimeOffset.Now, machine, MachineFacts.LoadNow(), figures);
        Console.WriteLine(report.ToTable());
        if (arguments.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
        }
        else
        {
            Console.WriteLine(report.ToJson());
        }

        return failed ? 1 : 0;
    }
}
