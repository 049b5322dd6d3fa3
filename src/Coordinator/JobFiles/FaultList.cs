using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Collects every mistake of one job file, so that its author corrects them in one go.</summary>
internal sealed class FaultList(string fileName)
{
    // A file of another kind altogether would fill the screen.
    private const int MaxShown = 50;

    private readonly List<(Place Place, string Text)> faults = [];

    public bool Any => faults.Count > 0;

    /// <summary>Records "file:line:column: field: what is wrong; remedy".</summary>
    public void Add(Place place, string field, string text) =>
        faults.Add((place, field.Length == 0 ? text : $"{SafeText.ForMessage(field)}: {text}"));

    /// <summary>The messages in the order of the file.</summary>
    public IReadOnlyList<string> Lines()
    {
        var lines = faults.OrderBy(f => f.Place.Line).ThenBy(f => f.Place.Column)
            .Select(f => $"{fileName}:{f.Place.Line}:{f.Place.Column}: {f.Text}").Distinct().ToList();
        if (lines.Count <= MaxShown)
        {
            return lines;
        }

        return [.. lines.Take(MaxShown), $"{fileName}: and {lines.Count - MaxShown} more mistakes."];
    }
}
