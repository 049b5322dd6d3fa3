using System.Diagnostics;
using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary>The agent as a child process that ends with the demo.</summary>
internal sealed class AgentChild : IDisposable
{
    private readonly Process process;
    private readonly LogTail tail = new();

    private AgentChild(string program, string input, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => tail.Add(line.Data);
        process.ErrorDataReceived += (_, line) => tail.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            process.Dispose();
            throw new CommandException(Commands.ExitCode.Failed, $"The agent {program} cannot be started: {fault.Message}", fault);
        }

        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Null while it runs.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    /// <summary>What it said last.</summary>
    public string Tail => tail.Text();

    /// <summary>Starts the agent for as long as the demo lasts.</summary>
    public static AgentChild Start(string program, params IEnumerable<string> arguments) => new(program, "", arguments);

    /// <summary>Runs a verb of the agent that ends by itself; <paramref name="input"/> is what it reads.</summary>
    public static async Task RunAsync(
        string program, string input, TimeSpan limit, TimeProvider time, CancellationToken cancellation, params string[] arguments)
    {
        using var child = new AgentChild(program, input, arguments);
        using var bound = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellation);
        try
        {
            await child.process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(Commands.ExitCode.Failed, $"'rigshift {arguments[0]}' did not end within {Wording.Span(limit)}. {child.tail.Text()}");
        }

        if (child.process.ExitCode != 0)
        {
            throw new CommandException(Commands.ExitCode.Failed, $"'rigshift {arguments[0]}' failed with exit code {child.process.ExitCode}. {child.tail.Text()}");
        }
    }

    /// <summary>Ends the agent and whatever of its children is left.</summary>
    public void Dispose()
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It ended by itself in this moment: what was wanted.
        }

        process.Dispose();
    }
}
