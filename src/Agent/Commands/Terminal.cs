using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

/// <summary>
/// What verbs print through. Results go to the output, faults to the error stream; colour only where a person looks.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool colour)
{
    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>The process's console. NO_COLOR (no-color.org) and redirection turn colour off.</summary>
    public static Terminal Console() => new(
        System.Console.Out,
        System.Console.Error,
        !System.Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public void Line(string text = "") => Output.WriteLine(text);

    /// <summary>What went wrong and what to do.</summary>
    public int Fault(int exitCode, string text)
    {
        foreach (var line in text.Split('\n'))
        {
            Error.WriteLine("rigshift: " + SafeText.ForTerminal(line));
        }

        return exitCode;
    }

    public string Good(string text) => Paint("32", text);

    public string Bad(string text) => Paint("31", text);

    public string Quiet(string text) => Paint("90", text);

    private string Paint(string code, string text) => colour ? $"\e[{code}m{text}\e[0m" : text;
}
