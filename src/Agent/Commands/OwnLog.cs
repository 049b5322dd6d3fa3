using System.Text.Json;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Hosting.Logging;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Commands;

/// <summary>Prints the agent's own log files, oldest first, as lines for people or as they are.</summary>
internal static class OwnLog
{
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(300);

    public static async Task<int> PrintAsync(AgentPaths paths, bool follow, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var files = AgentLog.Files(paths);
        if (files.Count == 0 && !follow)
        {
            return terminal.Fault(ExitCode.Failed, $"There is no log in {paths.LogDir}: the agent has not run here yet.");
        }

        var last = "";
        foreach (var file in files)
        {
            await PrintFileAsync(file, 0, json, terminal, cancellation);
            last = file;
        }

        var read = last.Length > 0 ? new FileInfo(last).Length : 0;
        while (follow)
        {
            await Task.Delay(FollowPause, TimeProvider.System, cancellation);
            // Rolled over meanwhile: the rest of the old file first, then the new one from its beginning.
            foreach (var file in AgentLog.Files(paths).SkipWhile(f => last.Length > 0 && f != last).ToList())
            {
                read = await PrintFileAsync(file, file == last ? read : 0, json, terminal, cancellation);
                last = file;
            }
        }

        return ExitCode.Ok;
    }

    /// <returns>How far whole lines were read.</returns>
    private static async Task<long> PrintFileAsync(string path, long from, bool json, Terminal terminal, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Min(from, file.Length);
        using var reader = new StreamReader(file);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            terminal.Line(json ? line : Readable(line));
        }

        return file.Position;
    }

    private static string Readable(string line)
    {
        try
        {
            using var entry = JsonDocument.Parse(line);
            return LogLine.Format(entry.RootElement);
        }
        catch (JsonException) // A line cut by a power loss is shown as it is.
        {
            return Rules.SafeText.ForTerminal(line);
        }
    }
}
