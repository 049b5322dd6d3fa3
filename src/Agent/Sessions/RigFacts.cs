using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;
using Rigshift.Agent.Interop;

namespace Rigshift.Agent.Sessions;

/// <summary>What the rig says about itself in Enroll and Hello. Read once at start; nothing here identifies it.</summary>
internal sealed record RigFacts(
    string Hostname, string Os, string OsVersion, int CpuCores, long MemoryBytes, string GpuNote, string AnchorsHash, string AgentVersion)
{
    public static RigFacts Read(string stateDirectory)
    {
        var host = HostFacts.Read(stateDirectory);
        return new(
            host.Hostname,
            host.Os,
            host.OsVersion,
            host.CpuCores,
            host.MemoryTotalBytes,
            Interop.GpuNote.Read() ?? "",
            HashAnchors(),
            typeof(RigFacts).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");
    }

    /// <summary>
    /// What a copied disk does not bring along: board serials and the addresses of real network cards. Only the hash leaves
    /// the rig. Empty when nothing could be read.
    /// </summary>
    private static string HashAnchors()
    {
        var anchors = Serials().Concat(NetworkCards()).Order(StringComparer.Ordinal).ToList();
        return anchors.Count == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', anchors))));
    }

    private static IEnumerable<string> Serials()
    {
        foreach (var name in (string[])["product_uuid", "product_serial", "board_serial"])
        {
            string? value = null;
            try
            {
                var path = Path.Combine("/sys/class/dmi/id", name);
                value = File.Exists(path) ? File.ReadAllText(path).Trim() : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Root only on most systems: the other anchors have to do.
            }

            if (!string.IsNullOrEmpty(value))
            {
                yield return $"{name}={value}";
            }
        }
    }

    private static IEnumerable<string> NetworkCards()
    {
        NetworkInterface[] cards;
        try
        {
            cards = NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            yield break; // No list, no anchors from it.
        }

        foreach (var card in cards)
        {
            var address = card.GetPhysicalAddress().GetAddressBytes();

            // A locally administered address belongs to a bridge, a container or a virtual card: it comes and goes.
            var real = address.Length == 6 && address.Any(b => b != 0) && (address[0] & 0x02) == 0;
            if (real && (OperatingSystem.IsWindows() || Directory.Exists($"/sys/class/net/{card.Name}/device")))
            {
                yield return "mac=" + Convert.ToHexStringLower(address);
            }
        }
    }
}
