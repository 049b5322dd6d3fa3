using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rigshift.TestKit;

/// <summary>
/// A loopback HTTP/1.1 server whose every answer a test writes byte by byte: it can lie about lengths, stall, and cut the
/// connection in the middle, which a well-behaved server refuses to do.
/// </summary>
public sealed class FaultyServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<FaultyExchange, Task> answer;
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task accepting;

    public FaultyServer(Func<FaultyExchange, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    /// <summary>"METHOD path range-or-offset" of each request, in order of arrival.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException) // The test is over.
        {
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await ReadHeadAsync(stream) is { } head)
                {
                    var exchange = new FaultyExchange(head, stream, stop.Token);
                    requests.Enqueue($"{exchange.Method} {exchange.Path} {exchange.Header("Range") ?? exchange.Header("Upload-Offset")}".TrimEnd());
                    await answer(exchange);
                    if (exchange.IsCut)
                    {
                        client.LingerState = new LingerOption(true, 0); // A reset, as from a dead link.
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException) // The client has gone, or the test is over.
            {
            }
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}

/// <summary>One request and the raw stream for its answer.</summary>
public sealed class FaultyExchange
{
    private readonly string[] lines;
    private readonly NetworkStream stream;

    internal FaultyExchange(string head, NetworkStream stream, CancellationToken stopped)
    {
        lines = head.Split("\r\n");
        this.stream = stream;
        Stopped = stopped;
    }

    /// <summary>The test is over.</summary>
    public CancellationToken Stopped { get; }

    public string Method => lines[0].Split(' ')[0];

    public string Path => lines[0].Split(' ')[1];

    public bool IsCut { get; private set; }

    public string? Header(string name) =>
        lines.Skip(1).Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();

    /// <summary>First byte that the client wants, from its Range header.</summary>
    public long RangeFrom => Header("Range") is { } range ? long.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;

    public async Task<byte[]> ReadBodyAsync()
    {
        var body = new byte[long.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, Stopped);
        return body;
    }

    /// <summary>Reads a part of the body only.</summary>
    public async Task<byte[]> ReadBodyAsync(int count)
    {
        var part = new byte[count];
        await stream.ReadExactlyAsync(part, Stopped);
        return part;
    }

    public async Task HeadAsync(int status, params string[] headers) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n"), Stopped);

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes, Stopped);

    /// <summary>An answer without a body.</summary>
    public Task StatusAsync(int status, params string[] headers) => HeadAsync(status, ["Content-Length: 0", .. headers]);

    /// <summary>Sends an artifact as a good server would, ranges included.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        var from = (int)RangeFrom;
        await HeadSendingAsync(bytes);
        await WriteAsync(bytes.AsMemory(from));
    }

    /// <summary>The head of <see cref="SendAsync"/> alone: what follows may stop short of it.</summary>
    public Task HeadSendingAsync(byte[] bytes) => RangeFrom is var from and > 0
        ? HeadAsync(206, $"Content-Length: {bytes.Length - from}", $"Content-Range: bytes {from}-{bytes.Length - 1}/{bytes.Length}")
        : HeadAsync(200, $"Content-Length: {bytes.Length}");

    public void Cut() => IsCut = true;

    /// <summary>Holds the connection open without a byte until the test is over.</summary>
    public Task StallAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Stopped);
}
