using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary>The directory in which a demo lives: one for the coordinator, one for the rig.</summary>
internal sealed record DemoState(string Root, bool IsOurs)
{
    public string Coordinator => Path.Combine(Root, "coordinator");

    public string Rig => Path.Combine(Root, "rig");

    public string Outputs => Path.Combine(Root, "outputs");

    /// <summary>What an agent prints that --keep leaves running.</summary>
    public string AgentLog => Path.Combine(Root, "agent.log");

    public string CoordinatorLog => Path.Combine(Root, "coordinator.log");

    /// <summary>A new temporary directory, or the one that was named if nothing is in it.</summary>
    public static DemoState Create(string? named)
    {
        if (named is null)
        {
            return new DemoState(Directory.CreateTempSubdirectory("rigshift-demo-").FullName, IsOurs: true);
        }

        var root = Path.GetFullPath(named);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new CommandException(ExitCode.BadUsage, $"{root} is not empty, and the demo starts from nothing. Name a new directory with --state-dir.");
        }

        Directory.CreateDirectory(root);
        return new DemoState(root, IsOurs: false);
    }

    /// <summary>Removes a temporary directory; one that the user named stays.</summary>
    public void Delete()
    {
        if (!IsOurs)
        {
            return;
        }

        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A file that is still open on Windows; the system clears its temporary directory.
        }
    }
}
