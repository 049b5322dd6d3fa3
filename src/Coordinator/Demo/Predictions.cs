using System.Globalization;
using Rigshift.Coordinator.Commands;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Demo;

/// <summary>What the job computed, beside what is right.</summary>
internal sealed record Predictions(IReadOnlyList<DemoPrediction> All)
{
    // A screenful; --json has all of them.
    private const int ShownRows = 20;

    // A thousand times what the sample makes; the file comes from a rig.
    private const long MaxFileBytes = 16 * 1024 * 1024;

    public int Labelled => All.Count(p => p.Expected is not null);

    public int Right => All.Count(p => p.IsRight == true);

    public double? Accuracy => Labelled == 0 ? null : (double)Right / Labelled;

    /// <summary>Joins the job's predictions.csv with the sample's labels.csv by file name.</summary>
    public static Predictions Read(string predictionsFile, string labelsFile)
    {
        var labels = Rows(labelsFile).ToDictionary(r => Name(r["file"]), r => r["label"], StringComparer.Ordinal);
        return new Predictions([.. Rows(predictionsFile).Select(r => new DemoPrediction(
            Name(r["file"]), r["label"], Score(r["score"]), labels.GetValueOrDefault(Name(r["file"]))))]);
    }

    public void Show(Screen screen)
    {
        screen.Table(["Image", "Prediction", "Right answer", "Score", ""], [.. All.Take(ShownRows).Select(p => (IReadOnlyList<Cell>)
        [
            p.File,
            p.Label,
            p.Expected ?? "",
            p.Score?.ToString("0.000", CultureInfo.InvariantCulture) ?? "",
            p.IsRight switch { true => new Cell("right", Tone.Good), false => new Cell("wrong", Tone.Bad), _ => "" },
        ])]);
        if (All.Count > ShownRows)
        {
            screen.Line($"… and {All.Count - ShownRows} more.", Tone.Dim);
            screen.Line();
        }

        screen.Table(["Digit", "Images", "Right", "Wrong"], [.. All.Where(p => p.Expected is not null).GroupBy(p => p.Expected ?? "").OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
        {
            var wrong = g.Count(p => p.IsRight == false);
            return (IReadOnlyList<Cell>)[g.Key, $"{g.Count()}", $"{g.Count() - wrong}", new Cell(wrong == 0 ? "" : $"{wrong}", Tone.Bad)];
        })]);
    }

    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Rows(string file)
    {
        try
        {
            return new FileInfo(file).Length <= MaxFileBytes ? Csv.Read(File.ReadAllText(file)) : throw new FormatException($"it is larger than {MaxFileBytes >> 20} MiB");
        }
        catch (FormatException fault)
        {
            throw new CommandException(ExitCode.Failed, $"{file} cannot be read: {SafeText.ForMessage(fault.Message)}.", fault);
        }
    }

    // The worker leaves it empty when the model's answer is not a number.
    private static double? Score(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var score) ? score : null;

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
