using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Harness;

/// <summary>A real coordinator on loopback. Its directory and port stay the same however often it is started.</summary>
internal sealed class Coordinator(string stateDir, IReadOnlyDictionary<string, string> settings, int port = 0) : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan VerbDeadline = TimeSpan.FromSeconds(60);

    private readonly List<ChildProcess> runs = [];
    private OperatorClient? client;

    public int Port { get; } = port == 0 ? FreePort() : port;

    public string StateDir => stateDir;

    public string Url => $"https://127.0.0.1:{Port}";

    /// <summary>The job owner's side of it.</summary>
    public OperatorClient Client => client ??= new OperatorClient(Path.Combine(stateDir, "operator.json"), Url);

    public string Output => string.Join("\n--- next start\n", runs.Select(run => run.Output + run.Errors));

    private ChildProcess Process => runs[^1];

    public async Task StartAsync()
    {
        string[] arguments =
        [
            "serve", "--state-dir", stateDir, "--listen", $"127.0.0.1:{Port}", "--url", Url, .. settings.SelectMany(s => new[] { "--set", $"{s.Key}={s.Value}" }),
        ];
        runs.Add(ChildProcess.Start(Binaries.Coordinator, arguments));
        await Eventually.TrueAsync(() => Process.HasExited || File.Exists(Path.Combine(stateDir, "operator.json")), StartDeadline, "the coordinator's credentials");
        await Eventually.ValueAsync(AnswersAsync, yes => yes || Process.HasExited, StartDeadline, "the coordinator's first answer");
        Assert.That(Process.HasExited, Is.False, () => "The coordinator ended: " + Output);
    }

    public Task KillAsync() => Process.KillAsync();

    public async Task StopAsync()
    {
        Process.Terminate();
        await Process.ExitAsync(StartDeadline);
    }

    /// <summary>A verb as the operator types it.</summary>
    public Task<Finished> VerbAsync(params string[] words) => ChildProcess.RunAsync(Binaries.Coordinator, [.. words, "--state-dir", stateDir], deadline: VerbDeadline);

    public async Task<string> TokenAsync(int uses = 1, string ttl = "1h")
    {
        var made = await VerbAsync("token", "create", "--uses", uses.ToString(CultureInfo.InvariantCulture), "--ttl", ttl);
        Assert.That(made.ExitCode, Is.Zero, made.ToString);
        return made.Output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        foreach (var run in runs)
        {
            await run.DisposeAsync();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Client.RigsAsync();
            return true;
        }
        catch (Grpc.Core.RpcException) // Not up yet.
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
