using Rigshift.Protocol.V1;

namespace Rigshift.Scenarios.Harness;

/// <summary>Jobs as scenarios need them.</summary>
internal static class Wish
{
    /// <summary>
    /// Puts a line into runs, then counts aloud until the mark "go" is there. Each line is one fact: a log that lost some, or has
    /// some twice, is seen.
    /// </summary>
    public const string CountUntilGo = """
        echo "$RIGSHIFT_ATTEMPT_ID" >> "$MARKS/runs"
        i=0
        until [ -e "$MARKS/go" ]; do i=$((i+1)); echo "line $i"; sleep 0.05; done
        echo "last $i"
        echo "$i" > "$RIGSHIFT_OUTPUT/count"
        """;

    private const ulong Mebibyte = 1 << 20;

    /// <summary>A shell script; $MARKS is the farm's directory for marks.</summary>
    public static JobSpec Shell(Farm farm, string script) => new()
    {
        Name = "scenario",
        Process = new ProcessSpec { Command = { "/bin/sh", "-c", script } },
        Resources = new Resources { CpuMillis = 100, MemoryBytes = 16 * Mebibyte, DiskBytes = 16 * Mebibyte },
        Environment = { ["MARKS"] = farm.Marks },
        TimeoutS = 300,
    };
}
