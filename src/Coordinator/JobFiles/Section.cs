using System.Globalization;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>One map of a job file. Opening it reports unknown, repeated and missing fields; reading reports wrong values.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlItem> values = new(StringComparer.Ordinal);
    private readonly string table;

    private Section(YamlMap map, string path, string table, FaultList faults)
    {
        (Place, Path, this.table, Faults) = (map.Place, path, table, faults);
        var known = JobFields.In(table).ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (!known.ContainsKey(key.Value))
            {
                faults.Add(key.Place, Under(key.Value), Unknown(key.Value, known.Keys));
            }
            else if (!values.TryAdd(key.Value, value))
            {
                faults.Add(key.Place, Under(key.Value), "is there twice; keep one.");
            }
        }

        foreach (var field in known.Values.Where(f => f.IsRequired && !values.ContainsKey(f.Name)))
        {
            faults.Add(map.Place, Under(field.Name), field.Example.Length == 0 ? "is missing." : $"is missing; write for instance '{field.Name}: {field.Example}'.");
        }
    }

    public Place Place { get; }

    public string Path { get; }

    public FaultList Faults { get; }

    /// <summary>Opens a map; <paramref name="table"/> is its path in <see cref="JobFields"/>. Null when the item is no map.</summary>
    public static Section? Open(YamlItem item, string path, string table, FaultList faults)
    {
        switch (item)
        {
            case YamlMap map:
                return new Section(map, path, table, faults);
            case YamlBroken:
                return null;
            default:
                faults.Add(item.Place, path, path.Length == 0 ? "is not a map; a job file begins with 'apiVersion: rigshift/v1'." : "is not a map; write its fields indented below it.");
                return null;
        }
    }

    public bool Has(string name) => values.ContainsKey(name);

    public string Under(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public void Fault(string name, string text) => Faults.Add(PlaceOf(name), Under(name), text);

    public Place PlaceOf(string name) => values.TryGetValue(name, out var item) ? item.Place : Place;

    public YamlItem? Item(string name) => values.GetValueOrDefault(name);

    public Section? Map(string name) =>
        values.TryGetValue(name, out var item) ? Open(item, Under(name), table.Length == 0 ? name : $"{table}.{name}", Faults) : null;

    public string? Text(string name) => values.TryGetValue(name, out var item) ? Values.Text(item, Under(name), Faults) : null;

    /// <summary>The list's items; a field that is not there has none.</summary>
    public IReadOnlyList<YamlItem> List(string name)
    {
        if (!values.TryGetValue(name, out var item) || item is YamlBroken)
        {
            return [];
        }

        if (item is YamlList list)
        {
            return list.Items;
        }

        Fault(name, $"is not a list; write '{name}: [a, b]', or one '- item' per line.");
        return [];
    }

    public string? Choice(string name, params string[] choices)
    {
        var text = Text(name);
        if (text is null || choices.Contains(text))
        {
            return text;
        }

        var meant = Spelling.Nearest(text, choices) is { } near ? $"did you mean {near}?" : $"write {string.Join(" or ", choices)}.";
        Fault(name, $"'{SafeText.ForMessage(text)}' is not known; {meant}");
        return null;
    }

    public bool Flag(string name) => Choice(name, "true", "false") == "true";

    public long? Whole(string name, long min, long max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        Fault(name, string.Create(CultureInfo.InvariantCulture, $"'{SafeText.ForMessage(text)}' is not a whole number from {min} to {max}."));
        return null;
    }

    /// <summary>A value with a unit, within the bounds that the field's table names.</summary>
    public long? Measure(string name, QuantityReader reader, long min, long max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (!reader(text, out var value, out var fault))
        {
            Fault(name, $"'{SafeText.ForMessage(text)}' {fault}.");
            return null;
        }

        if (value >= min && value <= max)
        {
            return value;
        }

        Fault(name, $"'{SafeText.ForMessage(text)}' is out of bounds; write {JobFields.In(table).First(f => f.Name == name).Bounds}.");
        return null;
    }

    private string Unknown(string name, IEnumerable<string> known)
    {
        if (Spelling.Nearest(name, known) is { } near)
        {
            return $"is not a field; did you mean {Under(near)}?";
        }

        var elsewhere = JobFields.All.FirstOrDefault(f => f.Name == name && f.Path != Under(name));
        return elsewhere is null
            ? $"is not a field; here are {string.Join(", ", known)}."
            : $"is not a field; did you mean {elsewhere.Path}?";
    }
}
