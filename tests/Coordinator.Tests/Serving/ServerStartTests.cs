using Grpc.Core;
using Grpc.Health.V1;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Coordinator.Tests.Serving;

/// <summary>Starting and being found.</summary>
[CancelAfter(30_000)]
internal sealed class ServerStartTests
{
    [Test]
    public async Task Start_SecondOnTheSameDirectory_SaysSo()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var refused = await Thrown.ByAsync<StartException>(() => CoordinatorServer.StartAsync(coordinator.Options()));
        Assert.That(refused.Message, Does.Contain("Another coordinator").And.Contain(coordinator.StateDirectory));
    }

    [Test]
    public async Task Start_PortInUse_NamesTheAddress()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        using var directory = new TempDirectory();
        var options = new CoordinatorOptions { StateDirectory = directory.Root, Listen = coordinator.Server.Url.GetLeftPart(UriPartial.Authority), ConsoleLog = false };
        var refused = await Thrown.ByAsync<StartException>(() => CoordinatorServer.StartAsync(options));
        Assert.That(refused.Message, Does.Contain(options.Listen));
    }

    [TestCase("http://127.0.0.1:0", false)]
    [TestCase("http://0.0.0.0:0", true)]
    [TestCase("tcp://127.0.0.1:0", false)]
    [TestCase("https://example.org:1", false)]
    public async Task Start_AddressThatIsNotSafeOrNotOurs_IsRefused(string listen, bool insecure)
    {
        using var directory = new TempDirectory();
        var options = new CoordinatorOptions { StateDirectory = directory.Root, Listen = listen, AllowInsecure = insecure, ConsoleLog = false };
        Assert.That((await Thrown.ByAsync<StartException>(() => CoordinatorServer.StartAsync(options))).Message, Does.Contain("Listen").Or.Contain("AllowInsecure"));
    }

    [Test]
    public void Load_ThreeMistakes_NamesAllThree()
    {
        using var directory = new TempDirectory();
        var refused = Assert.Throws<StartException>(() => OptionsLoader.Load(
            directory.Root, ["Listen=nonsense", "Leases:Batch:LeaseSeconds=0", "Sessions:SilenceSeconds=1"]));
        Assert.That(refused!.Message, Does.Contain("Listen").And.Contain("Leases:Batch").And.Contain("Sessions:SilenceSeconds")); // Throws has checked.
    }

    [Test]
    public void Load_SettingOfTheCommandLine_WinsOverTheFile()
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory.File("coordinator.json"), """{ "Leases": { "AcceptSeconds": 7 }, "Sessions": { "HeartbeatSeconds": 3 } }""");
        var options = OptionsLoader.Load(directory.Root, ["Leases:AcceptSeconds=9"]);
        Assert.That((options.Leases.AcceptSeconds, options.Sessions.HeartbeatSeconds), Is.EqualTo((9, 3)));
    }

    [Test]
    public async Task Health_AskedByAnybody_IsServing()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var health = await new Health.HealthClient(coordinator.Channel(null)).CheckAsync(new HealthCheckRequest());
        Assert.That(health.Status, Is.EqualTo(HealthCheckResponse.Types.ServingStatus.Serving));
    }

    [Test]
    public async Task Stop_WithALiveSession_TellsTheRigToComeBack()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.BeatAsync();
        await session.ExpectAsync(CoordinatorMessage.BodyOneofCase.HeartbeatAck);
        var stopping = coordinator.RestartAsync();
        var reconnect = await session.ExpectAsync(CoordinatorMessage.BodyOneofCase.Reconnect);
        await stopping;
        Assert.That(reconnect.Reconnect.RetryAfterS, Is.GreaterThan(0u));
    }

    [Test]
    public async Task Keys_OnDisk_AreTheOwnersOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no mode bits; the directory's ACL decides.");
            return; // Ignore throws; the platform analyzer does not know that.
        }

        await using var coordinator = await LiveCoordinator.StartAsync();
        var paths = new StatePaths(coordinator.StateDirectory);
        using var scope = Assert.EnterMultipleScope();
        foreach (var file in new[] { paths.Operator, Path.Combine(paths.Authority, "root.key") })
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Test]
    public async Task Submit_FaultySpec_NamesEveryField()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var refused = await Thrown.ByAsync<RpcException>(() => coordinator.SubmitAsync(spec =>
        {
            spec.Name = "No Good";
            spec.Process.Command.Clear();
            spec.Inputs.Add(new Input { Path = "../up", Artifact = new ArtifactRef { Digest = "md5:1" } });
        }));
        Assert.That(refused.Status.Detail, Does.Contain("spec.name").And.Contain("spec.process.command").And.Contain("spec.inputs[0].path").And.Contain("spec.inputs[0].artifact.digest"));
    }

    [Test]
    public async Task Submit_SameRequestTwice_GivesTheSameJob_MissingArtifactIsNamed()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var spec = new JobSpec { Name = "work", Process = new ProcessSpec { Command = { "/bin/true" } } };
        var first = await coordinator.Jobs.SubmitAsync(new SubmitRequest { Spec = spec, RequestId = "r-1" });
        var again = await coordinator.Jobs.SubmitAsync(new SubmitRequest { Spec = spec, RequestId = "r-1" });
        var digest = Digest.Of("x"u8).ToString();
        var refused = await Thrown.ByAsync<RpcException>(() => coordinator.SubmitAsync(one => one.Inputs.Add(new Input { Path = "a", Artifact = new ArtifactRef { Digest = digest, SizeBytes = 1 } })));
        using var scope = Assert.EnterMultipleScope();
        Assert.That(again.JobId, Is.EqualTo(first.JobId));
        Assert.That(first.Reason, Is.EqualTo(Reason.NoRig));
        Assert.That((refused.StatusCode, refused.Status.Detail.Contains(digest, StringComparison.Ordinal)), Is.EqualTo((StatusCode.FailedPrecondition, true)));
    }
}
