using System.Globalization;
using System.Net;

namespace Rigshift.Coordinator.Serving;

/// <summary>Finds every fault of the settings at once, so that nobody has to restart once per mistake.</summary>
internal static class OptionsCheck
{
    /// <exception cref="StartException">Lists all faults.</exception>
    public static void ThrowIfWrong(CoordinatorOptions options)
    {
        var faults = Faults(options).ToList();
        if (faults.Count > 0)
        {
            throw new StartException(string.Join(Environment.NewLine, faults));
        }
    }

    public static IEnumerable<string> Faults(CoordinatorOptions options) =>
        Addresses(options).Concat(Numbers(options)).Concat(Terms(options.Leases)).Concat(Times(options.Sessions));

    private static IEnumerable<string> Addresses(CoordinatorOptions options)
    {
        if (!Uri.TryCreate(options.Listen, UriKind.Absolute, out var listen) || listen.Scheme is not ("https" or "http"))
        {
            yield return $"Listen is '{options.Listen}': write https://ADDRESS:PORT, for instance https://0.0.0.0:7443.";
        }
        else if (!IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address) && listen.Host != "localhost")
        {
            yield return $"Listen has the host '{listen.Host}': write an IP address of this machine, or 0.0.0.0 for all.";
        }
        else if (listen.Scheme == "http" && !options.AllowInsecure)
        {
            yield return "Listen is http:// without TLS: write https://. (AllowInsecure is for tests on one machine.)";
        }
        else if (options.AllowInsecure && address is not null && !IPAddress.IsLoopback(address))
        {
            yield return $"AllowInsecure is refused on {address}: without TLS only a loopback address (127.0.0.1) is safe.";
        }

        if (options.PublicUrl.Length > 0 && !Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out _))
        {
            yield return $"PublicUrl is '{options.PublicUrl}': write https://HOST:PORT as rigs can reach it, or leave it empty.";
        }
    }

    private static IEnumerable<string> Terms(LeaseOptions leases)
    {
        foreach (var (name, terms) in new[] { ("Batch", leases.Batch), ("Interactive", leases.Interactive), ("Exclusive", leases.Exclusive) })
        {
            if (terms.LeaseSeconds < 1 || terms.OrphanSeconds < terms.LeaseSeconds)
            {
                yield return $"Leases:{name} has lease {terms.LeaseSeconds} s and orphan {terms.OrphanSeconds} s: the lease is at least 1 s, and the orphan time at least the lease.";
            }
        }
    }

    private static IEnumerable<string> Times(RigSessionOptions sessions)
    {
        if (sessions.SilenceSeconds <= sessions.HeartbeatSeconds)
        {
            yield return $"Sessions:SilenceSeconds is {sessions.SilenceSeconds}: it must be above HeartbeatSeconds ({sessions.HeartbeatSeconds}), or every session is dropped.";
        }

        if (sessions.HeartbeatTimeoutSeconds <= sessions.HeartbeatSeconds)
        {
            yield return $"Sessions:HeartbeatTimeoutSeconds is {sessions.HeartbeatTimeoutSeconds}: it must be above HeartbeatSeconds ({sessions.HeartbeatSeconds}).";
        }
    }

    private static IEnumerable<string> Numbers(CoordinatorOptions options)
    {
        (string Name, long Value)[] positive =
        [
            ("Sessions:HeartbeatSeconds", options.Sessions.HeartbeatSeconds),
            ("Sessions:WriteStallSeconds", options.Sessions.WriteStallSeconds),
            ("Sessions:HelloSeconds", options.Sessions.HelloSeconds),
            ("Leases:AcceptSeconds", options.Leases.AcceptSeconds),
            ("Dispatch:RigFailureLimit", options.Dispatch.RigFailureLimit),
            ("Storage:MaxArtifactBytes", options.Storage.MaxArtifactBytes),
            ("Storage:LogBytesPerAttempt", options.Storage.LogBytesPerAttempt),
        ];
        foreach (var (name, value) in positive.Where(p => p.Value < 1))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} is {value}: it must be at least 1.");
        }

        (string Name, long Value)[] notNegative =
        [
            ("Sessions:ReconnectSeconds", options.Sessions.ReconnectSeconds),
            ("Sessions:LogBytesPerSecond", options.Sessions.LogBytesPerSecond),
            ("Leases:RollbackGraceSeconds", options.Leases.RollbackGraceSeconds),
            ("Dispatch:ReserveAfterSeconds", options.Dispatch.ReserveAfterSeconds),
            ("Dispatch:SameRigAfterSeconds", options.Dispatch.SameRigAfterSeconds),
            ("Dispatch:RefusalCooldownSeconds", options.Dispatch.RefusalCooldownSeconds),
        ];
        foreach (var (name, value) in notNegative.Where(p => p.Value < 0))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} is {value}: it must not be negative.");
        }
    }
}
