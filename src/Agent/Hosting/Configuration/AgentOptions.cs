using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Hosting.Logging;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>Every option of agent.json. Defaults and meanings stand with the rooms' own classes.</summary>
internal sealed class AgentOptions(AgentPaths paths)
{
    public LoggingOptions Logging { get; private set; } = new();

    public ArtifactsOptions Artifacts { get; private set; } = new();

    public JobOptions Jobs { get; private set; } = new();

    public CapacityOptions Capacity { get; private set; } = new();

    public RuntimesOptions Runtimes { get; } = new();

    public SessionOptions Sessions { get; } = new();

    public StorageOptions Storage { get; private set; } = new() { StateDir = paths.StateDir };

    /// <summary>The one table of keys and bounds: what is not here does not exist.</summary>
    public IReadOnlyList<Setting> Settings() =>
    [
        Setting.Choice<LogLevelName>("Logging:Level", v => Logging = Logging with { Level = v }),
        Setting.Number("Logging:FileBytes", 64 * Kib, Gib, v => Logging = Logging with { FileBytes = v }),
        Setting.Number("Logging:Files", 1, 100, v => Logging = Logging with { Files = (int)v }),
        Setting.Number("Artifacts:CacheQuotaBytes", 0, 64 * Tib, v => Artifacts = Artifacts with { CacheQuotaBytes = v }),
        Setting.Number("Artifacts:DownloadBytesPerSecond", 0, 64 * Gib, v => Artifacts = Artifacts with { DownloadBytesPerSecond = v }),
        Setting.Number("Artifacts:UploadBytesPerSecond", 0, 64 * Gib, v => Artifacts = Artifacts with { UploadBytesPerSecond = v }),
        Setting.Number("Jobs:MaxAttempts", 1, 1024, v => Capacity = Capacity with { MaxAttempts = (int)v }),
        Setting.Number("Jobs:MemoryReserveBytes", 0, Tib, v => Capacity = Capacity with { MemoryReserveBytes = v }),
        Setting.Number("Jobs:DiskReserveBytes", 0, Tib, v => Capacity = Capacity with { DiskReserveBytes = v }),
        Setting.Number("Jobs:KeepLogsOf", 0, 10_000, v => Jobs = Jobs with { KeepLogsOf = (int)v }),
        Setting.Seconds("Jobs:StopGraceSeconds", 0, 300, v =>
        {
            Jobs = Jobs with { StopGrace = v };
            Runtimes.StopGraceS = (int)v.TotalSeconds;
        }),
        Setting.Flag("Runtimes:Process:Enabled", v => Runtimes.Process.Enabled = v),
        Setting.Flag("Runtimes:Onnx:Enabled", v => Runtimes.Onnx.Enabled = v),
        Setting.FilePath("Runtimes:Onnx:WorkerPath", v => Runtimes.Onnx.WorkerPath = v.Length > 0 ? v : null),
        Setting.Number("Runtimes:LogCapBytes", Kib * Kib, 16 * Gib, v => Runtimes.LogCapBytes = v),
        Setting.Flag("Sessions:AllowInsecure", v => Sessions.AllowInsecure = v),
        Setting.Number("Sessions:LogBytesPerSecond", 0, SessionOptions.MaxLogBytesPerSecond, v => Sessions.LogBytesPerSecond = (int)v),
        Setting.Seconds("Sessions:ConnectTimeoutSeconds", 1, (int)SessionOptions.MaxConnectTimeout.TotalSeconds, v => Sessions.ConnectTimeout = v),
        Setting.Number("Storage:BallastBytes", 0, 16 * Gib, v => Storage = Storage with { BallastBytes = v }),
    ];

    private const long Kib = 1024;
    private const long Gib = Kib * Kib * Kib;
    private const long Tib = Gib * Kib;
}
