using System.Reflection;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting.Service;

/// <summary>Fills the unit that ships with the program; the packages use the same file.</summary>
internal static class UnitFile
{
    public static string Compose(string executable, AgentPaths paths, bool relocated, bool ownConfig)
    {
        var command = Quote(executable)
            + (relocated ? " --state-dir " + Quote(paths.StateDir) : "")
            + (ownConfig ? " --config " + Quote(paths.ConfigFile) : "")
            + " run";
        return Resource("rigshift.service")
            .Replace("@COMMAND@", command, StringComparison.Ordinal)
            .Replace("@STATE@", Quote(paths.StateDir), StringComparison.Ordinal)
            .Replace(" @PATHS@", relocated ? " " + Quote(paths.StateDir) : "", StringComparison.Ordinal);
    }

    public static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built in."); // Our own bug: the project file embeds it.
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // systemd.syntax(7): quotes keep spaces, a percent sign is a specifier, a dollar sign a variable.
    private static string Quote(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("%", "%%", StringComparison.Ordinal)
        .Replace("$", "$$", StringComparison.Ordinal) + "\"";
}
