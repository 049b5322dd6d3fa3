using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using Rigshift.PowerShellHost;

// PowerShellHost SCRIPT [ARGUMENT...]: as `pwsh -File`; syntax errors are 64, `exit N` is N, an uncaught error is 1.
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: PowerShellHost SCRIPT [ARGUMENT...]");
    return ScriptHost.BadScript;
}

var script = Parser.ParseFile(Path.GetFullPath(args[0]), out _, out var errors);
foreach (var error in errors)
{
    Console.Error.WriteLine($"{args[0]}({error.Extent.StartLineNumber},{error.Extent.StartColumnNumber}): {error.Message}");
}

if (errors.Length > 0)
{
    return ScriptHost.BadScript;
}

var host = new ScriptHost();
using var runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
runspace.Open();
runspace.SessionStateProxy.Path.SetLocation(Environment.CurrentDirectory);
// The parsed block, not the path: `exit N` in a script file that is called with & ends only that file.
runspace.SessionStateProxy.SetVariable("__script", script.GetScriptBlock());
using var shell = PowerShell.Create(runspace);
shell.AddScript($"& $__script {string.Join(' ', args.Skip(1).Select(ScriptHost.Argument))}").AddCommand("Out-Default");
try
{
    shell.Invoke();
}
catch (RuntimeException e)
{
    Console.Error.WriteLine($"{e.ErrorRecord}{Environment.NewLine}{e.ErrorRecord.InvocationInfo?.PositionMessage}");
    return host.ExitCode ?? 1;
}

foreach (var error in shell.Streams.Error)
{
    Console.Error.WriteLine(error);
}

return host.ExitCode ?? (shell.HadErrors ? 1 : 0);
