using System.Text;
using Rigshift.Coordinator.Commands;

// Windows consoles begin in an old code page, in which neither a job's text nor a progress bar can be shown.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await CommandLine.RunAsync(args, Screen.Detect(), TimeProvider.System);
