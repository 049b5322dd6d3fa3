using Rigshift.Agent.Hosting.Logging;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>Every option of agent.json. Defaults and meanings stand with the rooms' own classes.</summary>
internal sealed class AgentOptions
{
    public LoggingOptions Logging { get; private set; } = new();

    /// <summary>The one table of keys and bounds: what is not here does not exist.</summary>
    public IReadOnlyList<Setting> Settings() =>
    [
        Setting.Choice<LogLevelName>("Logging:Level", v => Logging = Logging with { Level = v }),
        Setting.Number("Logging:FileBytes", 64 * 1024, 1024 * 1024 * 1024, v => Logging = Logging with { FileBytes = v }),
        Setting.Number("Logging:Files", 1, 100, v => Logging = Logging with { Files = (int)v }),
    ];
}
