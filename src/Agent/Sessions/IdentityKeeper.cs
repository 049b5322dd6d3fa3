using Grpc.Core;
using Microsoft.Extensions.Logging;
using Polly.Timeout;
using Rigshift.Agent.Sessions.Core;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Sessions;

/// <summary>
/// Chooses the identity for the next session and renews it in two phases: a new certificate is on disk before it is used,
/// and the old one stays until the coordinator has taken the new one.
/// </summary>
internal sealed partial class IdentityKeeper(
    IdentityStore store, Renewer renewer, LinkFactory links, IJournal journal, TimeProvider time, ILogger<IdentityKeeper> logger)
{
    /// <summary>A renewal that failed has half of the certificate's life left; minutes of pause are short enough.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(2);

    /// <summary>A suspended rig's timers stand still: look again this often.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(10);

    private bool avoidCandidate;
    private bool renewFirst;

    /// <summary>
    /// The newer generation when there is one, else the one in use; when the last try with one of them did not get a
    /// session, the other. Null: not enrolled.
    /// </summary>
    public RigIdentity? Choose()
    {
        var stored = store.Load();
        return stored.Candidate is { } candidate && !avoidCandidate ? candidate : stored.Current;
    }

    /// <summary>The journal's facts about sessions, if they are this rig id's.</summary>
    public async ValueTask<SessionFacts> FactsAsync(RigIdentity identity)
    {
        if (store.FactsAreForeign(identity))
        {
            await journal.CommitAsync(new JournalEntry { Session = SessionFacts.None });
            store.OwnFacts(identity);
        }

        return journal.LoadSessionFacts();
    }

    public void Opened(RigIdentity identity)
    {
        avoidCandidate = false;
        if (store.Load().Candidate?.Generation == identity.Generation)
        {
            store.Promote(identity);
            Log.IdentityPromoted(logger, identity.Generation, identity.CertificateEnds);
        }
    }

    public void Ended(RigIdentity identity, bool opened, SessionEnd end)
    {
        avoidCandidate = !opened && !avoidCandidate && store.Load().Candidate?.Generation == identity.Generation;
        renewFirst = !opened && end.Kind == SessionEndKind.Refused;
    }

    /// <summary>With a certificate that has ended, or was refused, the rig can do one thing only: renew it.</summary>
    public async Task<RigIdentity> RenewEndedAsync(RigIdentity identity, CancellationToken cancellation)
    {
        if (!renewFirst && !renewer.HasEnded(identity))
        {
            return identity;
        }

        renewFirst = false;
        return await TryRenewAsync(identity, cancellation) ?? identity;
    }

    /// <summary>Returns when a renewed certificate is on disk.</summary>
    public async Task RenewWhenDueAsync(RigIdentity identity, CancellationToken cancellation)
    {
        while (true)
        {
            if (renewer.IsDue(identity))
            {
                if (await TryRenewAsync(identity, cancellation) is not null)
                {
                    return;
                }

                await Task.Delay(RetryPause * (1 + Jitter.Next()), time, cancellation);
                continue;
            }

            var rest = Renewer.DueTime(identity) - time.GetUtcNow();
            await Task.Delay(rest > TimeSpan.Zero && rest < LongestLook ? rest : LongestLook, time, cancellation);
        }
    }

    private async Task<RigIdentity?> TryRenewAsync(RigIdentity identity, CancellationToken cancellation)
    {
        using var link = links.Open(identity);
        try
        {
            return await renewer.RenewAsync(identity, link, journal.LoadSessionFacts().StateGen, cancellation);
        }
        catch (Exception e) when (e is RpcException or TimeoutRejectedException)
        {
            Log.RenewalFailed(logger, FailureText.Describe(e, link)); // Tried again later; the old certificate still works.
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Log.RenewalFailed(logger, e.Message); // The same, with our own words.
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1330, LogLevel.Information, "Identity generation {Generation} was taken into use; its certificate ends {Ends:u}")]
        public static partial void IdentityPromoted(ILogger logger, int generation, DateTimeOffset ends);

        [LoggerMessage(1331, LogLevel.Warning, "Certificate was not renewed: {Fault}")]
        public static partial void RenewalFailed(ILogger logger, string fault);
    }
}
