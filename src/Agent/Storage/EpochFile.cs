using System.Globalization;
using System.Text;

namespace Rigshift.Agent.Storage;

/// <summary>The second copy of agent_epoch, so that it does not go back when the journal is lost.</summary>
internal static class EpochFile
{
    /// <summary>Null when it is missing or not a number.</summary>
    public static ulong? Read(string path)
    {
        try
        {
            return ulong.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // The journal has the first copy.
        {
            return null;
        }
    }

    public static void Write(string path, ulong epoch) => AtomicFile.Write(path, Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture) + "\n"));

    /// <summary>
    /// The next epoch. With both copies lost it begins at the wall clock's seconds, which is above any count of starts, so
    /// that the coordinator does not take this agent for an older one.
    /// </summary>
    public static ulong Next(ulong? inJournal, ulong? inFile, bool recovering, DateTimeOffset now)
    {
        var known = Math.Max(inJournal ?? 0, inFile ?? 0);
        return known == 0 && recovering ? (ulong)Math.Max(1, now.ToUnixTimeSeconds()) : known + 1;
    }
}
