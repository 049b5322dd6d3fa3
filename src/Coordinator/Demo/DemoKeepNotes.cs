using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary>What to try with the coordinator and the rig that --keep left running, and how to end them.</summary>
internal static class DemoKeepNotes
{
    public static void Show(Screen screen, DemoKept kept, string jobId)
    {
        var coordinator = Path.Combine(kept.StateDirectory, "coordinator");
        var id = Wording.ShortId(jobId);
        var program = "dotnet run --project src/Coordinator --";
        screen.Line();
        screen.Line($"The coordinator (pid {kept.CoordinatorPid}, {kept.CoordinatorUrl}) and the agent (pid {kept.AgentPid}) go on. Try:");
        screen.Line($"  {program} rigs --state-dir {coordinator}");
        screen.Line($"  {program} jobs --state-dir {coordinator}");
        screen.Line($"  {program} logs {id} --state-dir {coordinator}");
        screen.Line($"  {program} submit samples/digits/job.yaml --watch --state-dir {coordinator}");
        screen.Line("Stop them:");
        screen.Line(OperatingSystem.IsWindows()
            ? $"  taskkill /F /T /PID {kept.AgentPid} & taskkill /F /T /PID {kept.CoordinatorPid}"
            : $"  kill {kept.AgentPid} {kept.CoordinatorPid} && rm -r {kept.StateDirectory}");
    }
}
