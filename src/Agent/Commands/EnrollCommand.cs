using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Hosting.Service;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

internal static class EnrollCommand
{
    public static Command Create(Globals globals, Terminal terminal)
    {
        var coordinator = new Option<string?>("--coordinator") { Description = "The coordinator's URL; without it, the one in the token.", HelpName = "URL" };
        var token = new Option<string>("--token") { Description = "From 'rigshift-coordinator token create'. '-' reads it from standard input, where no other user sees it.", HelpName = "TOKEN", Required = true };
        var force = new Option<bool>("--force") { Description = "Give up the identity that this rig has." };
        var command = new Command("enroll", "Join a coordinator: exchange a token for this rig's own certificate.") { coordinator, token, force };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (globals.Setup(parsed, terminal) is not { } setup)
            {
                return ExitCode.Usage;
            }

            Uri? url = null;
            if (parsed.GetValue(coordinator) is { } text && !Uri.TryCreate(text, UriKind.Absolute, out url))
            {
                return terminal.Fault(ExitCode.Usage, $"--coordinator '{SafeText.ForMessage(text)}' is not a URL; write https://HOST:PORT.");
            }

            var given = parsed.GetRequiredValue(token);
            var secret = given == "-" ? (await Console.In.ReadLineAsync(cancellation) ?? "").Trim() : given;
            if (url is not null && EnrollmentToken.TryParse(secret, out var known, out _) && known.Url != url)
            {
                terminal.Fault(ExitCode.Ok, $"Note: the token was made for {known.Url}; going to {url} as --coordinator says.");
            }

            var outcome = await EnrollAsync(setup, secret, url, parsed.GetValue(force), cancellation);
            if (parsed.GetValue(globals.Json))
            {
                terminal.Line(JsonSerializer.Serialize(
                    new EnrollReport(outcome.Enrolled, outcome.RigId?.ToString(), outcome.Reason, outcome.Message), CommandsJson.Default.EnrollReport));
                return outcome.Enrolled ? ExitCode.Ok : ExitCode.Failed;
            }

            if (!outcome.Enrolled)
            {
                return terminal.Fault(ExitCode.Failed, outcome.Message);
            }

            terminal.Line(outcome.Message);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<EnrollOutcome> EnrollAsync(AgentSetup setup, string token, Uri? coordinator, bool force, CancellationToken cancellation)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddStorage(setup.Options.Storage)
            .AddEnrollment(setup.Options.Sessions)
            .BuildServiceProvider();
        try
        {
            var outcome = await services.GetRequiredService<Enroller>().EnrollAsync(token, coordinator, force, cancellation);
            StateOwner.Keep(setup.Paths);
            return outcome;
        }
        catch (IOException e) // The state directory refuses; the message names it and the remedy.
        {
            return EnrollOutcome.Refused(Reason.DiskError, e.Message);
        }
    }
}

internal sealed record EnrollReport(bool Enrolled, string? RigId, string Reason, string Message);
