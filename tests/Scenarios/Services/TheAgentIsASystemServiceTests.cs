namespace Rigshift.Scenarios.Services;

/// <summary>The published agent under the service managers that rigs have. Each script prints its steps.</summary>
[NonParallelizable]
internal sealed class TheAgentIsASystemServiceTests
{
    private const string Publish = "run build.ps1 -Task Publish for linux-x64 and win-x64 and set RIGSHIFT_BIN, RIGSHIFT_COORDINATOR_BIN, RIGSHIFT_WIN_DIR";

    private static string Sample => Path.Combine(ServiceScript.Root(), "samples", "digits");

    [Test]
    [Platform("Linux")]
    [CancelAfter(420_000)]
    public async Task Under_systemd_it_finishes_a_job_survives_a_kill_and_leaves_nothing_behind(CancellationToken cancellation)
    {
        ServiceScript.Need(Environment.IsPrivilegedProcess, "booting a guest needs root");
        ServiceScript.Need(File.Exists("/usr/bin/systemd-nspawn"), "systemd-nspawn is missing: apt install systemd-container debootstrap");
        var agent = ServiceScript.Published("RIGSHIFT_BIN", Publish);
        var coordinator = ServiceScript.Published("RIGSHIFT_COORDINATOR_BIN", Publish);

        // Files have a folder.
        await ServiceScript.RunAsync("systemd-service.sh", [Path.GetDirectoryName(agent)!, Path.GetDirectoryName(coordinator)!, Sample], cancellation);
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(420_000)]
    public async Task Under_the_Windows_service_manager_it_finishes_a_job_and_leaves_nothing_behind(CancellationToken cancellation)
    {
        ServiceScript.Need(File.Exists("/usr/lib/wine/wine64"), "Wine is missing: apt install wine64");
        var agent = ServiceScript.Published("RIGSHIFT_WIN_DIR", Publish);
        var coordinator = ServiceScript.Published("RIGSHIFT_COORDINATOR_BIN", Publish);

        var enroller = ServiceScript.Published("RIGSHIFT_BIN", Publish);
        await ServiceScript.RunAsync("windows-service.sh", [agent, coordinator, Sample, enroller], cancellation);
    }
}
