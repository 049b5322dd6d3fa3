namespace Rigshift.Coordinator.JobFiles;

/// <summary>Where something begins in a file; both count from 1.</summary>
internal readonly record struct Place(int Line, int Column);

/// <summary>One node of a job file, with its place for messages.</summary>
internal abstract record YamlItem(Place Place);

internal sealed record YamlText(Place Place, string Value, bool Quoted) : YamlItem(Place)
{
    /// <summary>Nothing after the colon, or YAML's ways to write null.</summary>
    public bool IsNull => !Quoted && Value is "" or "~" or "null" or "Null" or "NULL";
}

internal sealed record YamlList(Place Place, IReadOnlyList<YamlItem> Items) : YamlItem(Place);

internal sealed record YamlMap(Place Place, IReadOnlyList<YamlEntry> Entries) : YamlItem(Place);

/// <summary>Was refused with a fault of its own already; readers pass over it in silence.</summary>
internal sealed record YamlBroken(Place Place) : YamlItem(Place);

internal sealed record YamlEntry(YamlText Key, YamlItem Value);
