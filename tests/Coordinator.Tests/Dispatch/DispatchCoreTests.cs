using System.Collections.Frozen;
using CsCheck;
using Rigshift.Coordinator.Dispatch;

namespace Rigshift.Coordinator.Tests.Dispatch;

internal sealed class DispatchCoreTests
{
    private static readonly DispatchTimes Times = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15));
    private static readonly Guid RigA = new(1, 0, 0, new byte[8]);
    private static readonly Guid RigB = new(2, 0, 0, new byte[8]);

    [Test]
    public void Step_TwoJobsOnePlace_TheFirstSubmittedGoesFirst()
    {
        var run = new Run().Wait(Job(2)).Wait(Job(1)).Offer(RigA, credits: 1);
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(1) }));
    }

    [Test]
    public void Step_HigherPriority_GoesAheadOfOlderJobs()
    {
        var run = new Run().Wait(Job(1)).Wait(Job(2) with { Priority = 5 }).Offer(RigA, credits: 1);
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(2) }));
    }

    [Test]
    public void Step_OfferReplacedWhileUnanswered_ThePlaceIsNotGivenTwice()
    {
        var run = new Run().Offer(RigA, credits: 1).Wait(Job(1)).Offer(RigA, credits: 1, id: 2).Wait(Job(2));
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(1) }));
    }

    [Test]
    public void Step_AcceptedThenNewOffer_TheNewOfferCountsWhole()
    {
        var run = new Run().Offer(RigA, credits: 1).Wait(Job(1)).Apply(new DispatchInput.Accepted(RigA, Id(1), 1)).Offer(RigA, credits: 1, id: 2).Wait(Job(2));
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(1), Id(2) }));
    }

    [Test]
    public void Step_OfferMadeBeforeTheAnswerItFollows_DoesNotCountThePlaceTwice()
    {
        var run = new Run().Offer(RigA, credits: 2).Wait(Job(1)).Wait(Job(2))
            .Apply(new DispatchInput.Accepted(RigA, Id(1), 1)).Apply(new DispatchInput.Accepted(RigA, Id(2), 2));
        // The rig made this offer when it had answered once, and sent it after its second answer.
        run.Offer(RigA, credits: 1, seen: 1).Wait(Job(3));
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(1), Id(2) }));

        run.Offer(RigA, credits: 1, seen: 2);
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(1), Id(2), Id(3) }));
    }

    [Test]
    public void Step_Refused_IsNotSentBackBeforeTheCooldown()
    {
        var run = new Run().Offer(RigA).Wait(Job(1)).Apply(new DispatchInput.JobWaits(Job(1), RigA, TimeSpan.FromSeconds(10)));
        var before = run.Assigned.Count;
        run.Later(11).Apply(new DispatchInput.Tick());
        Assert.That((before, run.Assigned.Count), Is.EqualTo((1, 2)));
    }

    [Test]
    public void Step_JobsHeld_OnlyNewerOnesGoOutBeforeItsEnd()
    {
        var run = new Run().Apply(new DispatchInput.Held(new DispatchHold(1, TimeSpan.FromSeconds(110)))).Offer(RigA).Wait(Job(1)).Wait(Job(2));
        var before = run.Assigned.ToList();
        var wake = DispatchCore.NextWake(run.State, TimeSpan.FromSeconds(100), Times);
        run.Later(10).Apply(new DispatchInput.Tick());
        using var scope = Assert.EnterMultipleScope();
        Assert.That(before, Is.EqualTo(new[] { Id(2) }));
        Assert.That(wake, Is.EqualTo(TimeSpan.FromSeconds(110)));
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(2), Id(1) }));
    }

    [Test]
    public void Step_RefusedByBothRigs_DoesNotGoInACircle()
    {
        var run = new Run().Offer(RigA).Offer(RigB).Wait(Job(1));
        run.Apply(new DispatchInput.JobWaits(Job(1), run.LastRig, TimeSpan.FromSeconds(60)));
        run.Apply(new DispatchInput.JobWaits(Job(1), run.LastRig, TimeSpan.FromSeconds(60)));
        run.Apply(new DispatchInput.Tick());
        Assert.That(run.Assigned, Has.Count.EqualTo(2));
    }

    [Test]
    public void Step_FailedOnOneRig_GoesToTheOther()
    {
        var run = new Run().Offer(RigA, cpu: 64_000).Offer(RigB).Wait(Job(1) with { FailedOn = [RigA] });
        Assert.That(run.LastRig, Is.EqualTo(RigB));
    }

    [Test]
    public void Step_FailedOnTheOnlyRig_IsTriedThereAgain()
    {
        var run = new Run().Offer(RigA).Wait(Job(1) with { FailedOn = [RigA] });
        Assert.That(run.Assigned, Has.Count.EqualTo(1));
    }

    [Test]
    public void Step_BigJobWaitsLong_SmallOnesNoLongerOvertakeIt()
    {
        var run = new Run().Offer(RigA, cpu: 4000, credits: 9);
        run.Wait(Job(1, cpu: 2000)).Wait(Job(2, cpu: 4000)).Wait(Job(3, cpu: 1000));
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(1), Id(3) }), "at first a small job may use what the big one cannot");
        run.Apply(new DispatchInput.Accepted(RigA, Id(1), 1)).Apply(new DispatchInput.Accepted(RigA, Id(3), 1)).Later(31);
        run.Offer(RigA, cpu: 2000, credits: 9, id: 2, live: 1).Wait(Job(4, cpu: 1000));
        Assert.That(run.Assigned, Has.Count.EqualTo(2), "the rig is kept free");
        run.Offer(RigA, cpu: 4000, credits: 9, id: 3);
        Assert.That(run.Assigned[2], Is.EqualTo(Id(2)));
    }

    [Test]
    public void Step_JobThatCanNeverFit_KeepsNoRigFree()
    {
        var run = new Run().Offer(RigA, cpu: 4000, credits: 9).Wait(Job(1, cpu: 64_000)).Later(40).Wait(Job(2, cpu: 1000));
        Assert.That(run.Assigned, Is.EqualTo(new[] { Id(2) }));
    }

    [Test]
    public void Step_OfferHasEnded_GivesNothing()
    {
        var run = new Run().Offer(RigA).Later(61).Wait(Job(1));
        Assert.That(run.Assigned, Is.Empty);
    }

    [Test]
    public void Step_RuntimeNotOffered_JobWaits()
    {
        var run = new Run().Offer(RigA).Wait(Job(1) with { Runtime = "container" });
        Assert.That(run.Assigned, Is.Empty);
    }

    /// <summary>Random worlds: no job on two places, no offer overdrawn, no job ahead of an equal one.</summary>
    [Test]
    public void Step_AnyInputs_NeverAssignsTwiceNorOverdraws() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 12], Gen.Int[0, 3]).Array[1, 60].Sample(commands =>
        {
            var run = new Run();
            var taken = new HashSet<Guid>();
            foreach (var (kind, job, number) in commands)
            {
                var rig = number % 2 == 0 ? RigA : RigB;
                var before = run.Assigned.Count;
                switch (kind)
                {
                    case 0 or 1 when !taken.Contains(Id(job)):
                        run.Wait(Job(job, cpu: 500 * (1 + number)));
                        break;
                    case 2:
                        run.Offer(rig, cpu: 2000, credits: number);
                        break;
                    case 3:
                        run.Apply(new DispatchInput.RigClosed(rig));
                        break;
                    case 4 when taken.Remove(Id(job)):
                        run.Apply(new DispatchInput.JobWaits(Job(job), rig, TimeSpan.FromSeconds(number)));
                        break;
                    default:
                        run.Later(number).Apply(new DispatchInput.Tick());
                        break;
                }

                foreach (var assigned in run.Assigned.Skip(before))
                {
                    if (!taken.Add(assigned))
                    {
                        return false;
                    }
                }

                if (run.State.Rigs.Values.Any(desk => desk.Taken.Count > Math.Max(desk.Offer.Credits, desk.Taken.Values.Count(place => !desk.Offer.AccountsFor(place))) || (desk.Taken.Count == 0 && desk.Free.CpuMillis < 0)))
                {
                    return false;
                }
            }

            return true;
        });

    [Test]
    public void Step_EqualJobs_AreServedInOrder() =>
        Gen.Int[1, 30].Array[1, 30].Sample(numbers =>
        {
            var run = new Run();
            foreach (var number in numbers.Distinct())
            {
                run.Wait(Job(number));
            }

            run.Offer(RigA, cpu: 1_000_000, credits: 1000);
            return run.Assigned.SequenceEqual(numbers.Distinct().Order().Select(Id));
        });

    private static Guid Id(int number) => new(number, 1, 1, new byte[8]);

    private static JobNeed Job(int number, long cpu = 1000) => new(Id(number), number, 0, "process", new Capacity(0, cpu, 1, 1), [], []);

    private sealed class Run
    {
        private TimeSpan now = TimeSpan.FromSeconds(100);
        private ulong offers;

        public DispatchState State { get; private set; } = DispatchState.Empty;

        public List<Guid> Assigned { get; } = [];

        public Guid LastRig { get; private set; }

        public Run Apply(DispatchInput input)
        {
            (State, var assignments) = DispatchCore.Step(State, input, now, Times);
            Assigned.AddRange(assignments.Select(assignment => assignment.JobId));
            LastRig = assignments.IsEmpty ? LastRig : assignments[^1].RigId;
            return this;
        }

        public Run Wait(JobNeed job) => Apply(new DispatchInput.JobWaits(job));

        public Run Offer(Guid rig, long cpu = 4000, int credits = 4, ulong? id = null, int live = 0, ulong seen = 0)
        {
            offers = id ?? offers + 1;
            var offer = new RigOffer(offers, credits, new Capacity(0, cpu, 1 << 20, 1 << 20), FrozenSet.Create("process"), FrozenSet<string>.Empty, now + TimeSpan.FromSeconds(60), seen);
            return Apply(new DispatchInput.RigOffers(rig, 1, offer, live));
        }

        public Run Later(int seconds)
        {
            now += TimeSpan.FromSeconds(seconds);
            return this;
        }
    }
}
