using Rigshift.Scenarios.Harness;

namespace Rigshift.Scenarios.Enrollment;

[TestFixture]
internal sealed class AClockAtTheEpochTests : Scenario
{
    private static readonly string[] Libraries =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1", "/usr/lib64/faketime/libfaketimeMT.so.1",
    ];

    [Test]
    [CancelAfter(240_000)]
    public async Task A_rig_whose_clock_battery_is_dead_enrolls_connects_and_works()
    {
        var farm = await FarmAsync();
        var rig = farm.NewRig(environment: new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library(),
            ["FAKETIME"] = "@1970-01-02 00:00:00",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
        });
        await rig.EnrollAsync(await farm.Coordinator.TokenAsync());
        rig.Start();
        await farm.ConnectedAsync(rig);

        farm.Mark("go");
        var job = await farm.EndedAsync(await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo)));

        await AssertOneCountAsync(farm, job);
        Assert.That(rig.Output, Does.Contain("1970-01-0").Or.Contain("00:00:"), "The agent's clock was really wrong.");
    }

    private static string Library()
    {
        if (Libraries.FirstOrDefault(File.Exists) is { } found)
        {
            return found;
        }

        const string Reason = "needs libfaketime (Debian package faketime)";
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(Reason);
        }

        Assert.Ignore(Reason);
        return "";
    }
}
