namespace Rigshift.Scenarios.Harness;

/// <summary>Seconds where a farm has minutes, so that a scenario sees a lease end; the rules are the same.</summary>
internal static class FarmSettings
{
    public static IReadOnlyDictionary<string, string> ForCoordinator(IEnumerable<(string Key, string Value)> more) => With(more, new()
    {
        ["Sessions:HeartbeatSeconds"] = "1",
        ["Sessions:HeartbeatTimeoutSeconds"] = "5",
        ["Sessions:SilenceSeconds"] = "8",
        ["Sessions:ReconnectSeconds"] = "0",
        ["Sessions:LogBytesPerSecond"] = "0",
        ["Dispatch:SameRigAfterSeconds"] = "1",
        ["Dispatch:RefusalCooldownSeconds"] = "1",
    });

    // Little is reserved: several rigs share this machine's disk and memory.
    public static IReadOnlyDictionary<string, string> ForRig(IEnumerable<(string Key, string Value)> more) => With(more, new()
    {
        ["Runtimes:Process:Enabled"] = "true",
        ["Jobs:MemoryReserveBytes"] = "0",
        ["Jobs:DiskReserveBytes"] = "0",
        ["Sessions:LogBytesPerSecond"] = "0",
        ["Storage:BallastBytes"] = "0",
    });

    private static Dictionary<string, string> With(IEnumerable<(string Key, string Value)> more, Dictionary<string, string> settings)
    {
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }
}
