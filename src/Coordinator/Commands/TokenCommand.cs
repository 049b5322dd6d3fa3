using System.CommandLine;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>token create</c></summary>
internal static class TokenCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("token", "Tokens with which rigs enroll");
        command.Add(CreateCreate(screen));
        return command;
    }

    /// <summary>Reads an option that is a time.</summary>
    public static uint Seconds(string option, string text) =>
        Quantity.TrySeconds(text, out var seconds, out var fault) && seconds is > 0 and <= uint.MaxValue
            ? (uint)seconds
            : throw new CommandException(ExitCode.BadUsage, $"{option} '{SafeText.ForMessage(text)}' {fault ?? "is not a time above 0"}.");

    private static Command CreateCreate(Screen screen)
    {
        var command = new Command("create", "Make a token; it is shown this once");
        var ttl = new Option<string>("--ttl") { Description = "How long it can be used, at most 24h", DefaultValueFactory = _ => "1h", HelpName = "TIME" };
        var uses = new Option<uint>("--uses") { Description = "How many rigs it can enroll", DefaultValueFactory = _ => 1, HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var connect = new OperatorOptions();
        command.Add(ttl);
        command.Add(uses);
        command.Add(json);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            var request = new CreateTokenRequest { TtlS = Seconds("--ttl", parse.GetRequiredValue(ttl)), Uses = parse.GetValue(uses) };
            if (request.Uses == 0)
            {
                throw new CommandException(ExitCode.BadUsage, "--uses is 0; write how many rigs the token may enroll, at least 1.");
            }

            using var connection = connect.Connect(parse);
            var reply = await connection.Fleet.CreateTokenAsync(request, cancellationToken: cancellation);
            var expires = DateTimeOffset.FromUnixTimeMilliseconds(reply.ExpiresUnixMs);
            if (parse.GetValue(json))
            {
                ViewJson.Write(screen, new TokenView(reply.TokenId, reply.Token, expires, request.Uses), ViewJson.Default.TokenView);
                return ExitCode.Ok;
            }

            // The token alone on standard output: TOKEN=$(rigshift-coordinator token create) works.
            screen.ErrorLine($"For {request.Uses} rig{(request.Uses == 1 ? "" : "s")}, until {expires.ToLocalTime():yyyy-MM-dd HH:mm}. It is secret and shown this once. On the rig:");
            screen.ErrorLine($"  rigshift enroll --coordinator {Url(reply.Token, connection)} --token TOKEN");
            screen.Line(reply.Token);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static string Url(string token, OperatorConnection connection) =>
        EnrollmentToken.TryParse(token, out var parsed, out _) ? parsed.Url.OriginalString.TrimEnd('/') : connection.Url.OriginalString.TrimEnd('/');
}
