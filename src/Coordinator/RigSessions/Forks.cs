using Rigshift.Coordinator.Store;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>
/// Tells a rig from a copy of its disk. Pure. Each session gives a new state generation; who comes with an old one has an
/// old disk. On the same hardware that is a restored snapshot, on other hardware a clone.
/// </summary>
internal static class Forks
{
    /// <param name="isLive">Somebody has a session under this identity now.</param>
    /// <returns>Null: it is the rig.</returns>
    public static string? Decide(StateClaim claim, RigRow rig, bool isLive)
    {
        var current = claim.StateGen == rig.StateGen || claim.StateGen == rig.OfferedStateGen
            // Above all we know: this database is the older one.
            || claim.StateGen > Math.Max(rig.StateGen, rig.OfferedStateGen);
        var known = rig.AnchorsHash.Length > 0 && claim.AnchorsHash.Length > 0;
        if (known && rig.AnchorsHash != claim.AnchorsHash && (isLive || !current))
        {
            return Reason.ReenrollAsClone;
        }

        var otherBoot = claim.BootId.Length > 0 && rig.BootId.Length > 0 && claim.BootId != rig.BootId;
        return !current && !known && isLive && otherBoot ? Reason.ReenrollAsClone : null;
    }
}

/// <summary>What a Hello says of the disk and the hardware it comes from.</summary>
internal sealed record StateClaim(ulong StateGen, string AnchorsHash, string BootId);
