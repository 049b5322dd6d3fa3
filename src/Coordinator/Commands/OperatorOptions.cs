using System.CommandLine;

namespace Rigshift.Coordinator.Commands;

/// <summary>How a verb finds the coordinator and proves to be its operator.</summary>
internal sealed class OperatorOptions
{
    private readonly Option<string?> coordinator = new("--coordinator")
    {
        Description = "The coordinator's URL; without it, the one in the credentials",
        HelpName = "URL",
    };

    private readonly Option<string?> credentials = new("--credentials")
    {
        Description = "The operator's credentials; without it, operator.json in the state directory",
        HelpName = "FILE",
    };

    private readonly Option<string?> stateDirectory = new("--state-dir")
    {
        Description = "The coordinator's state directory on this machine",
        HelpName = "DIR",
    };

    public OperatorOptions AddTo(Command command)
    {
        command.Add(coordinator);
        command.Add(credentials);
        command.Add(stateDirectory);
        return this;
    }

    public OperatorConnection Connect(ParseResult parse) =>
        OperatorConnection.Open(parse.GetValue(coordinator), parse.GetValue(credentials), parse.GetValue(stateDirectory));
}
