using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Sessions.Stream;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Agent.Storage;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>The session room of one rig on a state directory of its own, with a clock that its test moves.</summary>
internal sealed class RigUnderTest : IAsyncDisposable
{
    private readonly TempDirectory directory = new();
    private SessionService? service;
    private BulkConnection? bulk;

    public RigUnderTest(DateTimeOffset? now = null)
    {
        Time = new FakeTimeProvider(now ?? new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
        Clock = new FakeBootClock(Time);
        Store = new IdentityStore(new IdentityFiles(StateDirectory.Open(directory.Root)));
        Links = new LinkFactory(Options, Store, Time, NullLogger<LinkFactory>.Instance);
        View = new SessionView(Time);
    }

    public FakeTimeProvider Time { get; }

    public FakeBootClock Clock { get; }

    public SessionOptions Options { get; } = new();

    public IdentityStore Store { get; }

    public LinkFactory Links { get; }

    public SessionView View { get; }

    public FakeAttempts Attempts { get; } = new();

    public FakeJournal Journal { get; } = new();

    public string IdentityDirectory => Path.Combine(directory.Root, "identity");

    /// <summary>Waits on the network, so its clock is the real one.</summary>
    public Enroller Enroller() => new(Store, Links, Options, RigFacts.Read(directory.Root), TimeProvider.System);

    public async Task EnrollAsync(ScriptedCoordinator coordinator)
    {
        var outcome = await Enroller().EnrollAsync(coordinator.Token.Encode(), null, force: false, CancellationToken.None);
        Assert.That(outcome.Enrolled, Is.True, outcome.Message);
    }

    public async Task StartAsync()
    {
        bulk = new BulkConnection();
        var rooms = new SessionRooms(Attempts, Journal, Clock, Time, new NoLifeSign(), NullLogger<LiveSession>.Instance);
        var keeper = new IdentityKeeper(Store, new Renewer(Store, Links, Time), Links, Journal, Time, NullLogger<IdentityKeeper>.Instance);
        service = new SessionService(keeper, Links, bulk, rooms, RigFacts.Read(directory.Root), [], View);
        await service.StartAsync(CancellationToken.None);
    }

    /// <summary>Moves the rig's clock in small steps until the task is done.</summary>
    public async Task<T> PassTimeUntilAsync<T>(Task<T> task, TimeSpan? step = null)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        }

        return await task;
    }

    /// <summary>For what happens by itself in a moment.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null)
        {
            var stopping = service.StopAsync(CancellationToken.None);
            while (!stopping.IsCompleted)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
            }

            service.Dispose();
        }

        bulk?.Dispose();
        directory.Dispose();
    }

    private sealed class NoLifeSign : ILifeSign
    {
        public void Beat()
        {
            // Nobody watches a test.
        }
    }
}

/// <summary>Boot clock and timers on one hand.</summary>
internal sealed class FakeBootClock(FakeTimeProvider time) : IBootClock
{
    private readonly DateTimeOffset boot = time.GetUtcNow();

    public TimeSpan Now => time.GetUtcNow() - boot;

    public string BootId => "boot";
}
