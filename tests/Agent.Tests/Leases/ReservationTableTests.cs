using CsCheck;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Tests.Jobs;

namespace Rigshift.Agent.Tests.Leases;

[TestFixture]
internal sealed class ReservationTableTests
{
    private static readonly Capacity Rig = new(
        8, 4000, 8L << 30, 50L << 30, [.. Enumerable.Range(0, 4).Select(i => new LeasableGpu(new GpuUuid($"GPU-{i}"), 8L << 30))], [RuntimeKind.Process]);

    [Test]
    public void TryReserve_AnyOrderOfTakingAndGivingBack_NeverGivesACardTwice() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Gen.Bool).Array[1, 60].Sample(moves =>
        {
            var table = new ReservationTable();
            foreach (var (who, gpus, release) in moves)
            {
                if (release)
                {
                    table.Release(Id(who));
                }
                else
                {
                    Take(table, who, gpus);
                }

                var cards = table.Snapshot().SelectMany(r => r.Gpus).ToList();
                Assert.That(cards, Is.Unique);
                Assert.That(table.Snapshot().Sum(r => r.Resources.CpuMillis), Is.LessThanOrEqualTo(Rig.CpuMillis));
            }
        });

    [Test]
    public async Task TryReserve_FromManyThreads_NeverGivesACardTwice()
    {
        var table = new ReservationTable();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(who => Task.Run(() => Take(table, who, 1))));

        Assert.That(table.Snapshot(), Has.Count.EqualTo(4));
        Assert.That(table.Snapshot().SelectMany(r => r.Gpus), Is.Unique);
    }

    [Test]
    public void TryReserve_SameAttemptTwice_GetsTheSameCards()
    {
        var table = new ReservationTable();

        var first = Take(table, 1, 2).Gpus;
        var again = Take(table, 1, 2).Gpus;

        Assert.That(again, Is.EqualTo(first));
        Assert.That(table.Snapshot(), Has.Count.EqualTo(1));
    }

    [Test]
    public void Restore_CardThatIsOnRecordTwice_IsABugAndSaysSo()
    {
        var table = new ReservationTable();
        table.Restore(new Reservation(Id(1), Make.Spec(gpus: 1).Resources, [new GpuUuid("GPU-0")]));

        Assert.That(() => table.Restore(new Reservation(Id(2), Make.Spec(gpus: 1).Resources, [new GpuUuid("GPU-0")])), Throws.InvalidOperationException.With.Message.Contains("GPU-0"));
    }

    private static AdmissionResult Take(ReservationTable table, int who, int gpus)
    {
        var spec = Make.Spec(gpus: gpus, cpuMillis: 500);
        return table.TryReserve(Id(who), spec.Resources, held => Admission.Decide(new AdmissionState(Rig, held, false, false, 0), spec, null));
    }

    private static AttemptId Id(int n) => new(new Guid(n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}
