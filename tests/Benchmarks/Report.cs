using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rigshift.Benchmarks.Machine;

namespace Rigshift.Benchmarks;

/// <summary>The figures of one run, for people and for programs.</summary>
internal sealed record Report(DateTimeOffset At, MachineFacts Machine, double LoadAtEnd, IReadOnlyList<Figure> Figures)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Markdown, so that it can go into a page as it is.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{At:yyyy-MM-dd HH:mm}, {Machine}; load {LoadAtEnd:0.0} at the end");
        text.AppendLine();
        text.AppendLine("| figure | measured | floor | ratio | aim | |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (var figure in Figures)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {figure.Name} | {Number(figure.Measured)} {figure.Unit} | {Number(figure.Floor)} {figure.Unit} ({figure.FloorIs}) | {figure.Ratio:0.00} | {figure.Aim} | {(figure.Met ? "met" : "MISSED")} |");
        }

        text.AppendLine();
        foreach (var figure in Figures.Where(figure => figure.Note.Length > 0))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {figure.Name}: {figure.Note}");
        }

        return text.ToString();
    }

    private static string Number(double value) => value.ToString(value < 1 ? "0.000" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
