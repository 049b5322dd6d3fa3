using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Sessions.Core;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Sessions.Mapping;
using Rigshift.Agent.Sessions.Stream;
using Rigshift.Agent.Sessions.Transport;

namespace Rigshift.Agent.Sessions;

/// <summary>Keeps a session with the coordinator, for ever: whatever ends one, the next follows.</summary>
internal sealed partial class SessionService(
    IdentityKeeper keeper, LinkFactory links, BulkConnection bulk, SessionRooms rooms, RigFacts host, IEnumerable<IRuntime> runtimes, SessionView view)
    : BackgroundService
{
    /// <summary>How soon a rig that was just enrolled begins. Looking costs one directory listing.</summary>
    private static readonly TimeSpan EnrollmentPoll = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<IRuntime> allRuntimes = [.. runtimes];
    private int failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (keeper.Choose() is { } identity)
                {
                    await KeepSessionAsync(identity, stoppingToken);
                }
                else
                {
                    await WaitForEnrollmentAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return; // The service stops.
            }
            catch (Exception e) // Nothing that goes wrong here may end the running attempts with the agent.
            {
                Log.LoopFaulted(rooms.Logger, e);
                await PauseAsync(++failures, TimeSpan.Zero, $"The session could not begin: {e.Message}", stoppingToken);
            }
        }
    }

    private async Task WaitForEnrollmentAsync(CancellationToken stopping)
    {
        const string Text = "This rig is not enrolled. Run: rigshift enroll --coordinator URL --token TOKEN";
        if (view.Current.LastError != Text)
        {
            Log.NotEnrolled(rooms.Logger);
            view.Current = new SessionSnapshot(null, null, false, rooms.Time.GetUtcNow(), Text, null, null, null);
        }

        rooms.LifeSign.Beat();
        await Task.Delay(EnrollmentPoll, rooms.Time, stopping);
    }

    private async Task KeepSessionAsync(RigIdentity identity, CancellationToken stopping)
    {
        identity = await keeper.RenewEndedAsync(identity, stopping);
        ShowTrying(identity);
        bulk.Use(identity, links);
        var facts = await keeper.FactsAsync(identity);
        using var link = links.Open(identity);
        using var session = new LiveSession(link, rooms, Hello(identity, facts));
        var opening = rooms.Clock.Now;
        var running = session.RunAsync(stopping);
        using var over = new CancellationTokenSource();
#pragma warning disable CA2025 // Awaited below, before the session is disposed.
        var following = FollowAsync(session, identity, stopping, over.Token);
#pragma warning restore CA2025
        var end = await running;
        await over.CancelAsync();
        await following;

        var opened = session.Opened.IsCompletedSuccessfully;
        keeper.Ended(identity, opened, end);
        Log.SessionEnded(rooms.Logger, end.Kind, end.Detail);
        if (end.Kind == SessionEndKind.Stopping)
        {
            stopping.ThrowIfCancellationRequested();
        }

        var healthy = opened && rooms.Clock.Now - opening >= ReconnectPolicy.Healthy;
        failures = healthy || end.Kind == SessionEndKind.IdentityRenewed ? 0 : failures + 1;
        if (end.Kind != SessionEndKind.IdentityRenewed)
        {
            await PauseAsync(failures, end.RetryAfter, end.Detail, stopping);
        }
    }

    /// <summary>From the opening of a session to its end: status, and the certificate's renewal.</summary>
    private async Task FollowAsync(LiveSession session, RigIdentity identity, CancellationToken stopping, CancellationToken over)
    {
        try
        {
            var opened = await session.Opened;
            if (opened.ServerTime is { } serverTime)
            {
                links.Learn(serverTime);
            }

            keeper.Opened(identity);
            bulk.Times = opened.Times;
            var now = rooms.Time.GetUtcNow();
            view.Current = new SessionSnapshot(identity.RigId, identity.Coordinator, true, now, null, null, identity.CertificateEnds, session.Alarm);
            Log.SessionOpened(rooms.Logger, identity.Coordinator, identity.RigId);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, over);
            await keeper.RenewWhenDueAsync(identity, either.Token);
            session.End(SessionEnd.Of(SessionEndKind.IdentityRenewed, "The rig's certificate was renewed."));
        }
        catch (OperationCanceledException)
        {
            // The session ended first.
        }
        catch (Exception e) // A fault here must not leave the session without its loop: end it, and begin anew.
        {
            Log.LoopFaulted(rooms.Logger, e);
            session.End(SessionEnd.Of(SessionEndKind.ConnectionLost, $"The session could not be kept: {e.Message}"));
        }
    }

    private HelloFacts Hello(RigIdentity identity, Storage.SessionFacts facts) => new(
        identity,
        rooms.Journal.AgentEpoch,
        rooms.Clock.BootId,
        facts,
        rooms.Journal.Recovering,
        host,
        [.. allRuntimes.Where(r => r.Check() is null).Select(r => OfferMapper.Name(r.Kind))],
        rooms.Attempts.Inventory(),
        rooms.Attempts.RecentlyAcked(Rules.ProtocolLimits.MaxRecentlyAcked));

    private void ShowTrying(RigIdentity identity)
    {
        var before = view.Current;
        view.Current = before with
        {
            RigId = identity.RigId,
            Coordinator = identity.Coordinator,
            CertificateEnds = identity.CertificateEnds,
            Connected = false,
            Since = before.Connected ? rooms.Time.GetUtcNow() : before.Since,
            NextRetry = null,
        };
    }

    private async Task PauseAsync(int inARow, TimeSpan retryAfter, string why, CancellationToken stopping)
    {
        var delay = ReconnectPolicy.Delay(inARow - 1, retryAfter, Jitter.Next());
        var now = rooms.Time.GetUtcNow();
        var before = view.Current;
        view.Current = before with { Connected = false, Since = before.Connected ? now : before.Since, LastError = why, NextRetry = now + delay };
        Log.RetryScheduled(rooms.Logger, delay.TotalSeconds);
        var until = rooms.Clock.Now + delay;
        while (until > rooms.Clock.Now)
        {
            rooms.LifeSign.Beat();
            var rest = until - rooms.Clock.Now;
            await Task.Delay(rest < ILifeSign.MaxSilence / 3 ? rest : ILifeSign.MaxSilence / 3, rooms.Time, stopping);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1320, LogLevel.Information, "Session with {Coordinator} opened as rig {RigId}")]
        public static partial void SessionOpened(ILogger logger, Uri coordinator, RigId rigId);

        [LoggerMessage(1321, LogLevel.Warning, "Session ended ({Kind}): {Detail}")]
        public static partial void SessionEnded(ILogger logger, SessionEndKind kind, string detail);

        [LoggerMessage(1322, LogLevel.Information, "Next session was scheduled in {Seconds:0.0} s")]
        public static partial void RetryScheduled(ILogger logger, double seconds);

        [LoggerMessage(1323, LogLevel.Warning, "Rig was found not enrolled. Run: rigshift enroll --coordinator URL --token TOKEN")]
        public static partial void NotEnrolled(ILogger logger);

        [LoggerMessage(1324, LogLevel.Error, "Session loop met a fault and goes on")]
        public static partial void LoopFaulted(ILogger logger, Exception exception);
    }
}
