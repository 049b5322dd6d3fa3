using System.Globalization;
using System.Management.Automation.Host;

namespace Rigshift.PowerShellHost;

/// <summary>What the engine asks of its host when nobody sits in front of it.</summary>
internal sealed class ScriptHost : PSHost
{
    public const int BadScript = 64;

    public int? ExitCode { get; private set; }

    public override string Name => nameof(ScriptHost);

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI { get; } = new ScriptOutput();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    /// <summary>Names of parameters stay, everything else is a literal text; commas make a list, as at a prompt.</summary>
    public static string Argument(string text) => text.StartsWith('-') && text.Length > 1 && char.IsLetter(text[1])
        ? text
        : string.Join(',', text.Split(',').Select(part => "'" + part.Replace("'", "''", StringComparison.Ordinal) + "'"));

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
