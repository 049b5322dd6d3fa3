using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting.Configuration;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Storage;
using Rigshift.Agent.Tests.Storage;

namespace Rigshift.Agent.Tests.Control;

/// <summary>The service's end and the CLI's end, over a real endpoint.</summary>
internal sealed class ControlServiceTests
{
    private string directory = "";
    private AgentPaths paths = PathChooser.Choose(null, null);

    [SetUp]
    public void SetUp()
    {
        directory = Directory.CreateTempSubdirectory("rigshift-control-").FullName;
        paths = PathChooser.Choose(directory, null);
    }

    [TearDown]
    public void TearDown() => Directory.Delete(directory, recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task Status_ServiceRuns_SaysHowItIs(CancellationToken cancellation)
    {
        await using var journal = JournalSamples.Open(directory);
        await using var service = await StartAsync(journal, cancellation);

        var answer = await ControlClient.AskAsync(paths, "status", TimeProvider.System, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Fault, Is.EqualTo(ControlFault.None));
            Assert.That(answer.Reply?.Status, Has.Property("Running").True.And.Property("Pid").EqualTo(Environment.ProcessId));
            Assert.That(answer.Reply?.Status?.Link, Is.EqualTo("not_enrolled"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Jobs_AttemptOnRecord_IsListedOnlineAndOffline(CancellationToken cancellation)
    {
        var record = JournalSamples.Record();
        await using (var journal = JournalSamples.Open(directory))
        {
            await journal.CommitAsync(new JournalEntry { Attempt = record });
            await using var service = await StartAsync(journal, cancellation);
            var answer = await ControlClient.AskAsync(paths, "jobs", TimeProvider.System, cancellation);

            Assert.That(answer.Reply?.Jobs?.Attempts.Select(a => a.AttemptId), Is.EqualTo(new[] { record.Id.ToString() }));
        }

        var offline = ControlAnswers.OfflineJobs(paths);
        Assert.That(offline.Running, Is.False);
        Assert.That(offline.Attempts.Select(a => a.Name), Is.EqualTo(new[] { record.Spec.Name }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Ask_NobodyThere_IsNotRunning(CancellationToken cancellation)
    {
        var answer = await ControlClient.AskAsync(paths, "status", TimeProvider.System, cancellation);

        Assert.That(answer.Fault, Is.EqualTo(ControlFault.NotRunning));
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(30_000)]
    public async Task Ask_SocketLeftByAKilledService_IsNotRunning(CancellationToken cancellation)
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(paths.ControlEndpoint));
        }

        // .NET removes the file with the socket; a killed process leaves it.
        await File.WriteAllTextAsync(paths.ControlEndpoint, "", cancellation);
        var answer = await ControlClient.AskAsync(paths, "status", TimeProvider.System, cancellation);

        Assert.That(answer.Fault, Is.EqualTo(ControlFault.NotRunning));
    }

    [TestCase("nonsense\n", "not one line of JSON")]
    [TestCase("{\"Ask\":\"reboot\"}\n", "does not know the question")]
    [Platform("Linux")]
    [CancelAfter(30_000)]
    public async Task Service_HostileCaller_GetsAFaultAndTheNextOneAnAnswer(string line, string expected, CancellationToken cancellation)
    {
        await using var journal = JournalSamples.Open(directory);
        await using var service = await StartAsync(journal, cancellation);
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await caller.ConnectAsync(new UnixDomainSocketEndPoint(paths.ControlEndpoint), cancellation);
        await using var stream = new NetworkStream(caller);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line), cancellation);

        Assert.That(await ControlLine.ReadAsync(stream, ControlLine.MaxReplyBytes, cancellation), Does.Contain(expected));
        Assert.That((await ControlClient.AskAsync(paths, "status", TimeProvider.System, cancellation)).Fault, Is.EqualTo(ControlFault.None));
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(30_000)]
    public async Task Service_ItsSocket_IsForItsUserAndGroupOnly(CancellationToken cancellation)
    {
        await using var journal = JournalSamples.Open(directory);
        await using var service = await StartAsync(journal, cancellation);

        // The attribute says so to people; this to the compiler.
        Assert.That(OperatingSystem.IsLinux() ? File.GetUnixFileMode(paths.ControlEndpoint) : UnixFileMode.None, Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task ReadAsync_LineWithoutEnd_StopsAtTheLimit(CancellationToken cancellation)
    {
        using var endless = new MemoryStream(new byte[64 * 1024]);

        Assert.That(await ControlLine.ReadAsync(endless, 4096, cancellation), Is.Null);
        Assert.That(endless.Position, Is.LessThan(16 * 1024));
    }

    private async Task<RunningService> StartAsync(Journal journal, CancellationToken cancellation)
    {
        var answers = new ControlAnswers(paths, "1.2.3", journal, new SessionView(TimeProvider.System), TimeProvider.System);
        var service = new ControlService(paths, answers, TimeProvider.System, NullLogger<ControlService>.Instance);
        await service.StartAsync(cancellation);
        // The endpoint is there once the service has begun to execute.
        while ((await ControlClient.AskAsync(paths, "status", TimeProvider.System, cancellation)).Fault != ControlFault.None)
        {
            await Task.Yield();
        }

        return new RunningService(service);
    }

    private sealed class RunningService(ControlService service) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
        }
    }
}
