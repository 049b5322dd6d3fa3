using System.Globalization;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Shows rigs.</summary>
internal static class RigReport
{
    public static void List(Screen screen, IReadOnlyList<RigStatus> rigs, DateTimeOffset now)
    {
        screen.Table(
            ["Rig", "Hostname", "State", "Jobs", "GPUs", "CPU", "Memory", "Runtimes", "Seen", "Agent"],
            [.. rigs.Select(rig => (IReadOnlyList<Cell>)
            [
                Wording.ShortId(rig.RigId),
                rig.Host?.Hostname ?? "",
                RigView.StateOf(rig),
                $"{rig.AttemptIds.Count}",
                rig.Offer is { } offer ? offer.Gpus.Count.ToString(CultureInfo.InvariantCulture) : "",
                $"{rig.Host?.CpuCores ?? 0}",
                Wording.Bytes(rig.Host?.MemoryBytes ?? 0),
                string.Join(' ', rig.Host?.Runtimes ?? []),
                rig.Connected ? "now" : Wording.Ago(rig.LastSeenUnixMs, now),
                Release(rig.AgentVersion),
            ])]);
        foreach (var rig in rigs.Where(r => r.QuarantineReason.Length > 0))
        {
            screen.Line($"{Name(rig)}: {ReasonAdvice.For(rig.QuarantineReason)} (rigshift-coordinator rigs resume {Wording.ShortId(rig.RigId)})", Tone.Warn);
        }

        foreach (var note in rigs.Where(r => r.Host?.GpuNote.Length > 0).GroupBy(r => r.Host.GpuNote))
        {
            screen.Line($"{string.Join(", ", note.Take(3).Select(Name))}{(note.Count() > 3 ? $" and {note.Count() - 3} more" : "")}: {note.Key}", Tone.Dim);
        }
    }

    // Without the commit, which --json has.
    private static string Release(string version) => version.Split('+')[0];

    public static string Name(RigStatus rig) =>
        rig.Host is { Hostname.Length: > 0 } host ? $"{SafeText.ForMessage(host.Hostname)} ({Wording.ShortId(rig.RigId)})" : Wording.ShortId(rig.RigId);
}
