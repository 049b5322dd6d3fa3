using System.CommandLine;
using System.Reflection;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>version</c></summary>
internal static class VersionCommand
{
    public static string Text { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(Screen screen)
    {
        var command = new Command("version", "Print the version of this program and of the protocol it speaks");
        command.SetAction(_ => screen.Line($"rigshift-coordinator {Text}, protocol rigshift.v1 version {ProtocolLimits.Version}"));
        return command;
    }
}
