using Google.Protobuf;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Store;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Checks a Hello against what is on record of the rig, and records it.</summary>
internal sealed class GreetingStore(DurableDatabase database, TimeProvider time)
{
    /// <param name="live">The rig's session so far, which this one would supersede.</param>
    public ValueTask<Greeted> GreetAsync(RigCaller caller, Hello hello, ulong offeredStateGen, RigSession? live)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var name = SafeText.ForMessage(hello.Host?.Hostname);
        return database.WriteAsync(session =>
        {
            if (RigRows.Find(session, caller.RigId) is null)
            {
                RigRows.Insert(session, caller.RigId, name, hello.AgentVersion, hello.AnchorsHash, nowMs);
            }

            var rig = RigRows.Find(session, caller.RigId)!; // Inserted when it was missing.
            var fork = Forks.Decide(new StateClaim(hello.StateGen, hello.AnchorsHash, hello.BootId), rig, live is not null);
            if (fork is not null)
            {
                return new Greeted(fork, false);
            }

            var told = rig with { Hostname = name, AgentVersion = SafeText.ForMessage(hello.AgentVersion), AgentEpoch = hello.AgentEpoch, BootId = hello.BootId };
            RigRows.Greet(session, told, hello.AnchorsHash, hello.Host?.ToByteArray() ?? [], hello.StateGen, offeredStateGen, nowMs);
            RigRows.UseCertificate(session, caller.RigId, caller.Certificate.NotBefore.ToUnixTimeMilliseconds(), caller.Certificate.NotAfter.ToUnixTimeMilliseconds());
            return new Greeted(null, rig.Draining || rig.QuarantineReason.Length > 0);
        });
    }
}

/// <summary>The rig is on record, or will have no session for this reason.</summary>
internal sealed record Greeted(string? Refusal, bool IsClosed);
