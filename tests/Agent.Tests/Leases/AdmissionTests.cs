using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Tests.Jobs;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Leases;

[TestFixture]
internal sealed class AdmissionTests
{
    private static readonly Capacity Rig = new(2, 2000, 1L << 30, 1L << 30, [new LeasableGpu(new GpuUuid("GPU-a"), 8L << 30)], [RuntimeKind.Process]);
    private static readonly AdmissionState Free = new(Rig, [], false, false, 0);

    private static IEnumerable<TestCaseData> Refusals()
    {
        var held = new Reservation(new AttemptId(Guid.Empty), Make.Spec(gpus: 1, cpuMillis: 1500).Resources, [new GpuUuid("GPU-a")]);
        yield return new TestCaseData(Free with { Draining = true }, Make.Spec(), Reason.Draining);
        yield return new TestCaseData(Free with { Recovering = true }, Make.Spec(), Reason.Recovering);
        yield return new TestCaseData(Free with { Reservations = [held, held with { Gpus = [] }] }, Make.Spec(), Reason.NoCredit);
        yield return new TestCaseData(Free with { UncleanEnds = 2 }, Make.Spec(), Reason.Poison);
        yield return new TestCaseData(Free with { Reservations = [held] }, Make.Spec(cpuMillis: 501), Reason.NotEnoughCpu);
        yield return new TestCaseData(Free, Make.Spec(memory: (1L << 30) + 1), Reason.NotEnoughMemory);
        yield return new TestCaseData(Free, Make.Spec(disk: (1L << 30) + 1), Reason.NotEnoughDisk);
        yield return new TestCaseData(Free, Make.Spec(gpus: 2), Reason.NotEnoughGpus);
        yield return new TestCaseData(Free with { Reservations = [held] }, Make.Spec(gpus: 1, cpuMillis: 100), Reason.NotEnoughGpus);
    }

    [TestCaseSource(nameof(Refusals))]
    public void Decide_WhatTheRigCannotTake_IsRefusedWithItsReason(object state, object spec, string reason)
    {
        var result = Admission.Decide((AdmissionState)state, (JobSpec)spec, null);

        Assert.That(result.Reason, Is.EqualTo(reason));
        Assert.That(result.Detail, Is.Not.Empty);
        Assert.That(result.Gpus, Is.Empty);
        Assert.That(result.RetryAfter, Is.GreaterThan(TimeSpan.Zero), "without it the coordinator asks again at once, for ever");
    }

    [Test]
    public void Decide_RuntimeThatIsOff_IsRefusedWithTheRuntimesReason() =>
        Assert.That(Admission.Decide(Free, Make.Spec(), (Reason.RuntimeDisabled, "off")).Reason, Is.EqualTo(Reason.RuntimeDisabled));

    [Test]
    public void Decide_ExactFit_IsTaken()
    {
        var result = Admission.Decide(Free, Make.Spec(gpus: 1, cpuMillis: 2000, memory: 1L << 30, disk: 1L << 30), null);

        Assert.That(result.Reason, Is.Null);
        Assert.That(result.Gpus, Is.EqualTo(new[] { new GpuUuid("GPU-a") }));
    }
}
