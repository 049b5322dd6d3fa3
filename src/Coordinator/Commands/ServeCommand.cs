using System.CommandLine;
using Rigshift.Coordinator.Serving;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>serve</c></summary>
internal static class ServeCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("serve", "Run the coordinator until it is stopped");
        var directory = new Option<string?>("--state-dir") { Description = "Where it keeps everything; made when missing", HelpName = "DIR" };
        var listen = new Option<string?>("--listen") { Description = "Where it listens, 0.0.0.0:7443 without it; port 0 takes a free one", HelpName = "ADDR:PORT" };
        var url = new Option<string?>("--url") { Description = "How rigs reach it, as written into tokens", HelpName = "URL" };
        var insecure = new Option<bool>("--allow-insecure") { Description = "Plain HTTP/2 without TLS, on a loopback address only; for tests" };
        var set = new Option<string[]>("--set") { Description = "Any setting of coordinator.json, Leases:Batch:LeaseSeconds=30 for instance", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        command.Add(directory);
        command.Add(listen);
        command.Add(url);
        command.Add(insecure);
        command.Add(set);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, () =>
        {
            var settings = new List<string>(parse.GetValue(set) ?? []);
            if (parse.GetValue(insecure))
            {
                settings.Add($"{nameof(CoordinatorOptions.AllowInsecure)}=true");
            }

            if (parse.GetValue(listen) is { } address)
            {
                settings.Add($"{nameof(CoordinatorOptions.Listen)}={WithScheme(address, parse.GetValue(insecure))}");
            }

            if (parse.GetValue(url) is { } publicUrl)
            {
                settings.Add($"{nameof(CoordinatorOptions.PublicUrl)}={publicUrl}");
            }

            return ServeRun.RunAsync(OptionsLoader.Load(parse.GetValue(directory), settings), screen.Error, cancellation);
        }));
        return command;
    }

    private static string WithScheme(string address, bool insecure) =>
        address.Contains("://", StringComparison.Ordinal) ? address : $"{(insecure ? "http" : "https")}://{address}";
}
