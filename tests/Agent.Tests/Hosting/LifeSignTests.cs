using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Tests.Hosting;

internal sealed class LifeSignTests
{
    private readonly FakeTimeProvider time = new();

    [Test]
    public void IsSilent_NeverBeat_IsNotSilent()
    {
        var life = new LifeSign(time);
        time.Advance(TimeSpan.FromHours(1));

        Assert.That(life.IsSilent, Is.False);
    }

    [Test]
    public void IsSilent_LongerThanAHealthyLoopPauses_IsSilent()
    {
        var life = new LifeSign(time);
        time.Advance(TimeSpan.FromSeconds(1));
        life.Beat();
        time.Advance(ILifeSign.MaxSilence + TimeSpan.FromSeconds(1));

        Assert.That(life.IsSilent, Is.True);
    }

    [Test]
    public void Watchdog_LoopFallsSilentAndComesBack_FeedsSystemdOnlyWhileItTurns()
    {
        var life = new LifeSign(time);
        var notifier = new CountingNotifier();
        using var watchdog = new SystemdWatchdog(notifier, life, TimeSpan.FromSeconds(60), time, NullLogger<SystemdWatchdog>.Instance);
        time.Advance(TimeSpan.FromSeconds(1));

        life.Beat();
        watchdog.Tick();
        time.Advance(TimeSpan.FromSeconds(20));
        watchdog.Tick();
        Assert.That(notifier.Count, Is.EqualTo(1), "20 s of silence are more than a healthy loop ever needs");

        life.Beat();
        watchdog.Tick();
        Assert.That(notifier.Count, Is.EqualTo(2));
    }

    private sealed class CountingNotifier : ISystemdNotifier
    {
        public int Count { get; private set; }

        public bool IsEnabled => true;

        public void Notify(ServiceState state) => Count++;
    }
}
