using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Hosting.Configuration;

namespace Rigshift.Agent.Tests.Hosting;

internal sealed class FaultPathTests
{
    private string directory = "";

    [SetUp]
    public void SetUp() => directory = Directory.CreateTempSubdirectory("rigshift-host-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(directory, recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task RunAsync_BackgroundServiceThrows_ExitsNonZero(CancellationToken cancellation) =>
        Assert.That(await Run(services => services.AddHostedService<Throws>(), cancellation), Is.EqualTo(ExitCode.Failed));

    [Test]
    [CancelAfter(30_000)]
    public async Task RunAsync_StartThrows_ExitsNonZero(CancellationToken cancellation) =>
        Assert.That(await Run(services => services.AddHostedService<FailsToStart>(), cancellation), Is.EqualTo(ExitCode.Failed));

    [Test]
    [CancelAfter(30_000)]
    public async Task RunAsync_AskedToStop_ExitsZero(CancellationToken cancellation) =>
        Assert.That(await Run(services => services.AddHostedService<AsksToStop>(), cancellation), Is.EqualTo(ExitCode.Ok));

    [Test]
    [CancelAfter(30_000)]
    public async Task RunAsync_LogDirectoryCannotBeMade_RunsAllTheSame(CancellationToken cancellation)
    {
        // A plain file where the log directory should be: every write of the file sink fails, also for root.
        await File.WriteAllTextAsync(Path.Combine(directory, "logs"), "", cancellation);

        Assert.That(await Run(services => services.AddHostedService<AsksToStop>(), cancellation), Is.EqualTo(ExitCode.Ok));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task RunAsync_Fault_IsInTheLogFileForMachines(CancellationToken cancellation)
    {
        await Run(services => services.AddHostedService<Throws>(), cancellation);

        var log = await File.ReadAllTextAsync(Path.Combine(directory, "logs", "agent.clef"), cancellation);
        Assert.That(log, Does.Contain("\"@l\":\"Fatal\"").And.Contain("the disk has melted"));
    }

    private Task<int> Run(Action<IServiceCollection> add, CancellationToken cancellation)
    {
        var paths = PathChooser.Choose(directory, null);
        return AgentHost.RunAsync(new AgentSetup(paths, new AgentOptions(paths)), (services, _) => add(services), cancellation);
    }

    private sealed class Throws : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("the disk has melted");
        }
    }

    private sealed class FailsToStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new IOException("no room here");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class AsksToStop(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        }
    }
}
