namespace Rigshift.Agent.Commands;

/// <summary>Columns as wide as their widest cell, two spaces apart, nothing after the last: fits a pipe as well as a screen.</summary>
internal static class Table
{
    public static void Write(TextWriter output, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select((name, column) => rows.Select(row => row[column].Length).Append(name.Length).Max()).ToArray();
        WriteRow(output, head, widths);
        foreach (var row in rows)
        {
            WriteRow(output, row, widths);
        }
    }

    private static void WriteRow(TextWriter output, IReadOnlyList<string> cells, int[] widths)
    {
        var padded = cells.Select((cell, column) => column == cells.Count - 1 ? cell : cell.PadRight(widths[column] + 2));
        output.WriteLine(string.Concat(padded).TrimEnd());
    }
}
