using Rigshift.Agent.Hosting.Configuration;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting;

/// <summary>What the command line, the config file and the environment add up to.</summary>
internal sealed record AgentSetup(AgentPaths Paths, AgentOptions Options)
{
    /// <summary>Reads everything there is; <paramref name="faults"/> has all that is wrong, empty when the setup can be used.</summary>
    public static AgentSetup Load(AgentPaths paths, System.Collections.IDictionary environment, out IReadOnlyList<string> faults)
    {
        var options = new AgentOptions(paths);
        var found = ConfigBinder.Bind(
            options.Settings(),
            ConfigFileReader.Read(paths.ConfigFile),
            new ConfigReading(EnvironmentOverrides.Read(environment), []));
        faults = PathChooser.Fault(paths) is { } fault ? [.. found, fault] : found;
        return new AgentSetup(paths, options);
    }
}
