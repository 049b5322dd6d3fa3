using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Tests.Live;

/// <summary>An enrolled rig, of which a test speaks every word.</summary>
internal sealed class FakeRig(LiveCoordinator coordinator, Guid rigId, X509Certificate2 certificate, ECDsa key, string hostname)
{
    private ulong epoch;

    public Guid RigId => rigId;

    public ECDsa Key => key;

    public X509Certificate2 Certificate { get; set; } = certificate;

    public ulong StateGen { get; set; }

    public string BootId { get; set; } = "boot-1";

    public string Anchors { get; set; } = "";

    public Hello NewHello(params AttemptReport[] attempts) => new()
    {
        RigId = rigId.ToString("D"),
        AgentEpoch = ++epoch,
        BootId = BootId,
        StateGen = StateGen,
        AnchorsHash = Anchors,
        MinVersion = 1,
        MaxVersion = 1,
        AgentVersion = "0.1.0",
        Host = new HostInventory { Hostname = hostname, Os = "linux", CpuCores = 4, Runtimes = { "process", "onnx" } },
        Attempts = { attempts },
    };

    /// <summary>Hello, HelloAck, HelloConfirm.</summary>
    public async Task<FakeSession> ConnectAsync(params AttemptReport[] attempts)
    {
        var session = await OpenAsync(NewHello(attempts));
        Assert.That(session.First.BodyCase, Is.EqualTo(CoordinatorMessage.BodyOneofCase.HelloAck), session.First.ToString());
        await session.ConfirmAsync();
        return session;
    }

    /// <summary>Says Hello and reads the answer, whatever it is.</summary>
    public async Task<FakeSession> OpenAsync(Hello hello)
    {
        var session = new FakeSession(this, new Rig.RigClient(coordinator.Channel(Certificate)).Connect());
        await session.HelloAsync(hello);
        return session;
    }

    public static AttemptReport Report(Assign assign, AttemptPhase phase, bool live = true) =>
        new() { AttemptId = assign.AttemptId, JobId = assign.JobId, Fence = assign.Fence, Phase = phase, Live = live };
}
