using System.Collections.Frozen;
using System.Collections.Immutable;
using Rigshift.Coordinator.Dispatch;

namespace Rigshift.Coordinator.Tests.Dispatch;

internal sealed class ShortfallTests
{
    private const long Mebibyte = 1 << 20;

    private static readonly Capacity Idle = new(0, 4000, 2048 * Mebibyte, 2048 * Mebibyte);

    [Test]
    public void OfAll_JobWantsAGpu_SaysHowManyThereAre() =>
        Assert.That(Shortfall.OfAll(Job(new(1, 1000, 1, 1)), [Rig(Idle, Idle)]), Is.EqualTo("The job asks for 1 GPUs, and the most that a connected rig offers is 0."));

    [Test]
    public void OfAll_NoRigHasTheRuntime_NamesIt() =>
        Assert.That(Shortfall.OfAll(Job(new(0, 1000, 1, 1)) with { Runtime = "process" }, [Rig(Idle, Idle)]), Does.Contain("'process'"));

    [Test]
    public void OfFree_DiskIsInUse_SaysWhatIsFree() =>
        Assert.That(
            Shortfall.OfFree(Job(new(0, 1000, 1, 64 * Mebibyte)), [Rig(Idle, Idle with { DiskBytes = 10 * Mebibyte })]),
            Is.EqualTo("The job asks for 64 MiB of disk, and the most that a connected rig has free is 10."));

    [Test]
    public void OfFree_NoPlaceLeft_SaysSo() =>
        Assert.That(Shortfall.OfFree(Job(new(0, 1000, 1, 1)), [Rig(Idle, Idle, credits: 0)]), Does.Contain("free place"));

    [Test]
    public void OfFree_RoomForIt_SaysNothing() => Assert.That(Shortfall.OfFree(Job(new(0, 1000, 1, 1)), [Rig(Idle, Idle)]), Is.Null);

    private static JobNeed Job(Capacity need) => new(new Guid(1, 0, 0, new byte[8]), 1, 0, "onnx", need, [], []);

    private static RigDesk Rig(Capacity seen, Capacity free, int credits = 1) => new(
        new Guid(2, 0, 0, new byte[8]),
        1,
        new RigOffer(1, credits, free, FrozenSet.Create("onnx"), FrozenSet<string>.Empty, TimeSpan.MaxValue),
        ImmutableDictionary<Guid, TakenPlace>.Empty,
        seen);
}
