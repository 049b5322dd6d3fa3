namespace Rigshift.Agent.Hosting.Service;

/// <summary>The agent as a service of this system. Every call may be repeated and says in words what it did.</summary>
internal interface IServiceRegistration
{
    /// <summary>Registers this executable to start with the system. An older registration is replaced.</summary>
    ServiceOutcome Install();

    /// <summary>Stops the agent and what it runs, and removes everything but the state.</summary>
    ServiceOutcome Uninstall();

    ServiceOutcome Start();

    /// <summary>Stops the agent; running attempts go on.</summary>
    ServiceOutcome Stop();

    /// <summary>Exit code 0 only when it runs.</summary>
    ServiceOutcome Status();
}

/// <param name="ExitCode">One of <see cref="Hosting.ExitCode"/>.</param>
/// <param name="Text">What was done, or what went wrong and the remedy.</param>
/// <param name="State">One word for programs: "running", "stopped", "absent", or the system's own.</param>
internal sealed record ServiceOutcome(int ExitCode, string Text, string State = "")
{
    public static ServiceOutcome Done(string text) => new(Hosting.ExitCode.Ok, text);

    public static ServiceOutcome Failed(string text) => new(Hosting.ExitCode.Failed, text);

    public static ServiceOutcome NotPermitted(string text) => new(Hosting.ExitCode.NotPermitted, text);
}
