namespace Rigshift.Rules;

/// <summary>Defaults and bounds of a job's fields; docs/jobs.md repeats them and a test compares.</summary>
public static class JobLimits
{
    public const uint DefaultCpuMillis = 1000;
    public const ulong DefaultMemoryBytes = 256UL << 20;
    public const ulong DefaultDiskBytes = 256UL << 20;
    public const uint DefaultTimeoutS = 3600;
    public const uint MaxTimeoutS = 30 * 24 * 3600;
    public const uint DefaultMaxAttempts = 3;
    public const uint MaxMaxAttempts = 100;
    public const uint DefaultBatchSize = 32;
    public const int MaxInputs = 10_000;
    public const int MaxNameLength = 63;
    public const int MaxEnvironment = 256;
}
