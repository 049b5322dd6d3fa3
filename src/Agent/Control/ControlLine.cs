using System.Text;

namespace Rigshift.Agent.Control;

/// <summary>Lines over a stream, with a bound: neither side can make the other hold more than it says.</summary>
internal static class ControlLine
{
    public const int MaxRequestBytes = 4 * 1024;

    /// <summary>A week of attempts with long details fits.</summary>
    public const int MaxReplyBytes = 16 * 1024 * 1024;

    public static async ValueTask WriteAsync(Stream stream, byte[] json, CancellationToken cancellation)
    {
        await stream.WriteAsync((byte[])[.. json, (byte)'\n'], cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Null when the line ends early or is longer than <paramref name="limit"/>.</summary>
    public static async ValueTask<string?> ReadAsync(Stream stream, int limit, CancellationToken cancellation)
    {
        var line = new List<byte>();
        var buffer = new byte[4096];
        while (line.Count <= limit)
        {
            var read = await stream.ReadAsync(buffer, cancellation);
            if (read == 0)
            {
                return null;
            }

            var end = buffer.AsSpan(0, read).IndexOf((byte)'\n');
            line.AddRange(buffer.AsSpan(0, end < 0 ? read : end));
            if (end >= 0)
            {
                return Encoding.UTF8.GetString([.. line]);
            }
        }

        return null;
    }
}
