using Rigshift.Agent.Model;

namespace Rigshift.Agent.Storage;

/// <summary>
/// The one place that knows what lies where in the state directory. Everything below it is the agent's alone (0700; on
/// Windows the installer's ACL on the root is inherited).
/// <code>
/// journal.db (-wal, -shm)   facts, see JournalSchema       attempts/ID/   one attempt's directories
/// epoch                     second copy of agent_epoch     artifacts/     content-addressed cache
/// agent.lock, agent.pid     single instance                identity/      key and certificate
/// ballast                   disk in reserve                logs/          when no other place is configured
/// </code>
/// </summary>
internal sealed class StateDirectory
{
    private StateDirectory(string root) => Root = root;

    public string Root { get; }

    public string Journal => Path.Combine(Root, "journal.db");

    public string Epoch => Path.Combine(Root, "epoch");

    public string Lock => Path.Combine(Root, "agent.lock");

    public string Pid => Path.Combine(Root, "agent.pid");

    public string Ballast => Path.Combine(Root, "ballast");

    public string Identity => Path.Combine(Root, "identity");

    public string Attempts => Path.Combine(Root, "attempts");

    public string Artifacts => Path.Combine(Root, "artifacts");

    public string Logs => Path.Combine(Root, "logs");

    /// <summary>For a look from outside: nothing is created.</summary>
    public static StateDirectory At(string path) => new(Path.GetFullPath(path));

    /// <summary>Creates what is missing.</summary>
    /// <exception cref="JournalException">It cannot be created or written; the message names it and the remedy.</exception>
    public static StateDirectory Open(string path)
    {
        var state = new StateDirectory(Path.GetFullPath(path));
        try
        {
            foreach (var directory in (string[])[state.Root, state.Identity, state.Attempts, state.Artifacts])
            {
                CreatePrivate(directory);
            }

            return state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // What the owner will meet, in words.
        {
            throw StorageFaults.Translate(e, state.Root);
        }
    }

    public AttemptPaths AttemptPaths(AttemptId id) => new(Path.Combine(Attempts, id.ToString()));

    /// <summary>Attempts that have a directory, whatever the journal says about them.</summary>
    public IReadOnlyList<AttemptId> AttemptsOnDisk() =>
        [.. Directory.EnumerateDirectories(Attempts).Select(Path.GetFileName).Where(name => Guid.TryParseExact(name, "D", out _)).Select(name => new AttemptId(Guid.Parse(name!)))]; // TryParseExact refused null.

    /// <summary>A directory that only the agent's user can enter; one that exists is left as its owner made it.</summary>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
