using System.Text;
using Rigshift.Agent.Runtimes;
using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

/// <summary>Follows one log of a job from its beginning, line by line; what the job printed cannot drive the terminal.</summary>
internal sealed class LogPrinter(string directory, TextWriter writer)
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder line = new();
    private long offset;

    public void PrintNew()
    {
        for (var read = LogReader.Read(directory, offset, buffer); read.BytesRead > 0 || read.DroppedBytes > 0; read = LogReader.Read(directory, offset, buffer))
        {
            if (read.DroppedBytes > 0)
            {
                End();
                writer.WriteLine($"[{read.DroppedBytes} bytes dropped]");
            }

            offset += read.DroppedBytes + read.BytesRead;
            Add(buffer.AsSpan(0, read.BytesRead));
        }
    }

    /// <summary>Prints a last line that has no end.</summary>
    public void End()
    {
        if (line.Length > 0)
        {
            WriteLine();
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length + 1];
        var count = decoder.GetChars(bytes, text, flush: false);
        foreach (var c in text.AsSpan(0, count))
        {
            if (c == '\n')
            {
                WriteLine();
            }
            else if (line.Length < SafeText.LineLimit)
            {
                line.Append(c);
            }
        }
    }

    private void WriteLine()
    {
        writer.WriteLine(SafeText.ForTerminal(line.ToString().TrimEnd('\r')));
        line.Clear();
    }
}
