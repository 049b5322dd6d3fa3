using System.CommandLine;
using System.Reflection;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>version</c></summary>
internal static class VersionCommand
{
    // The commit's first characters tell builds apart; all 40 only fill the line.
    private const int CommitLength = 8;

    public static string Text { get; } = Shorten(
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    public static Command Create(Screen screen)
    {
        var command = new Command("version", "Print the version of this program and of the protocol it speaks");
        command.SetAction(_ => screen.Line($"rigshift-coordinator {Text}, protocol rigshift.v1 version {ProtocolLimits.Version}"));
        return command;
    }

    private static string Shorten(string version)
    {
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 || version.Length <= plus + 1 + CommitLength ? version : version[..(plus + 1 + CommitLength)];
    }
}
