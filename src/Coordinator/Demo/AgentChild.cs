using System.Diagnostics;
using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary>The agent as a child process that ends with the demo.</summary>
internal sealed class AgentChild : IDisposable
{
    private static readonly TimeSpan LastWordsWithin = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly LogTail tail = new();

    // The end of a process is seen before the last of what it printed.
    private readonly TaskCompletionSource silent = new();
    private int openStreams = 2;

    private AgentChild(string program, string input, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            process.Dispose();
            throw new CommandException(Commands.ExitCode.Failed, $"The agent {program} cannot be started: {fault.Message}", fault);
        }

        GiveInput(input);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Null while it runs.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    /// <summary>What it said last.</summary>
    public string Tail
    {
        get
        {
            if (process.HasExited)
            {
                // Bounded, because a child of its own may hold the pipe open.
                silent.Task.Wait(LastWordsWithin);
            }

            return tail.Text();
        }
    }

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

    private void Take(string? line)
    {
        if (line is not null)
        {
            tail.Add(line);
        }
        else if (Interlocked.Decrement(ref openStreams) == 0)
        {
            silent.TrySetResult();
        }
    }

    private void GiveInput(string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading: its exit code and its last lines say why.
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
