namespace Rigshift.Coordinator.Commands;

/// <summary>Text in a table.</summary>
internal readonly record struct Cell(string Text, Tone Tone)
{
    public static implicit operator Cell(string text) => FromString(text);

    public static Cell FromString(string text) => new(text, Tone.Plain);
}
